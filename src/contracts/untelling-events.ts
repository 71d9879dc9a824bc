import { z } from 'zod';
import { isOwnGatewayKey } from '../domain/keys.ts';
import { trackEventFrom } from './shippo.ts';

/** Events of vendors that can change nothing, by what is in them: they are kept, and nobody looks at their object. */

const CausedByRequest = z.object({ request: z.object({ idempotency_key: z.string() }) });

/** Why an event changes nothing; null when its object is to be looked at. */
export function whyUntelling(provider: 'stripe' | 'shippo', body: object): string | null {
  if (provider === 'stripe') {
    // What our own call has caused, the step that made the call knows already.
    const { data } = CausedByRequest.safeParse(body);
    return isOwnGatewayKey(data?.request.idempotency_key) ? 'our own doing' : null;
  }
  // A label that is made and a parcel that still waits change nothing; the carrier tells of the first scan by another event.
  return trackEventFrom(body)?.track.status === 'PRE_TRANSIT' ? 'not under way yet' : null;
}
