import { createHmac, timingSafeEqual } from 'node:crypto';
import { Router, raw } from 'express';
import Stripe from 'stripe';
import { z } from 'zod';
import { trackEventFrom } from '../contracts/shippo.ts';
import { whyUntelling } from '../contracts/untelling-events.ts';
import { receiveEvent } from '../db/inbox.ts';
import type { ApiContext } from './context.ts';
import { limitStrangers } from './limits.ts';
import { HttpProblem } from './problem.ts';

/**
 * Events from gateways and carriers: verified on the raw body, written down once, and only then answered. What they mean is found
 * out later, by reading the object again (`src/workers/inbox-pump.ts`); so their order and number do not matter.
 */

const LARGEST_EVENT = '512kb';

const verifiers = Stripe.webhooks;

/** Any of the secrets may have signed: two are valid while one is being replaced. */
function verifyStripe(body: Buffer, signature: string | undefined, secrets: readonly string[]): Stripe.Event {
  if (signature === undefined)
    throw new HttpProblem('unauthorized', { detail: 'The Stripe-Signature header is missing.' });
  for (const secret of secrets) {
    try {
      return verifiers.constructEvent(body, signature, secret);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError))
        throw new HttpProblem('bad_request', { detail: 'The event cannot be read.' });
    }
  }
  throw new HttpProblem('unauthorized', { detail: 'The signature of the event is not valid.' });
}

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const SIGNATURE_TOLERANCE_S = 300;

/** Shippo's HMAC: `t=<unix>,v1=<hex of HMAC-SHA256 over "t.body">`. */
function isSignedByShippo(body: Buffer, header: string, secret: string): boolean {
  const parts = new Map(header.split(',').map((part) => part.trim().split('=', 2) as [string, string]));
  const [time, signature] = [parts.get('t'), parts.get('v1')];
  if (
    time === undefined ||
    signature === undefined ||
    Math.abs(Date.now() / 1000 - Number(time)) > SIGNATURE_TOLERANCE_S
  )
    return false;
  return same(signature, createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex'));
}

/** By the token in the address, which is the vendor's default; with a secret configured a signature is demanded besides. */
function verifyShippo({ config }: ApiContext, body: Buffer, token: unknown, signature: string | undefined): void {
  const { SHIPPO_WEBHOOK_SECRET: secret, SHIPPO_WEBHOOK_TOKEN: expected } = config;
  const tokenIsRight = typeof token === 'string' && same(token, expected);
  const signatureIsRight =
    secret === undefined || (signature !== undefined && isSignedByShippo(body, signature, secret));
  if (!tokenIsRight || !signatureIsRight)
    throw new HttpProblem('unauthorized', { detail: 'The event is not authenticated.' });
}

/** What an event of Stripe must have to be kept; identities are bounded, as they are keys of a table. */
const StripeEvent = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  data: z.looseObject({ object: z.looseObject({ id: z.string().max(255).nullish() }) }),
});
const LONGEST_IDENTITY = 1_000;

const bodyOf = (body: unknown): Buffer => {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new HttpProblem('bad_request', { detail: 'The body is empty.' });
  return body;
};

function parseJson(body: Buffer): object {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Refused below.
  }
  throw new HttpProblem('bad_request', { detail: 'The body is not a JSON object.' });
}

export function webhooksRouter(context: ApiContext): Router {
  const router = Router();
  router.use(raw({ type: () => true, limit: LARGEST_EVENT }));

  router.post('/stripe', async (request, response) => {
    const body = bodyOf(request.body);
    const signed = verifyStripe(body, request.get('stripe-signature'), context.config.STRIPE_WEBHOOK_SECRETS);
    const { data: event } = StripeEvent.safeParse(signed);
    if (event === undefined) throw new HttpProblem('bad_request', { detail: 'The body is not an event of Stripe.' });
    const first = await receiveEvent(context.db, {
      provider: 'stripe',
      eventId: event.id,
      type: event.type,
      objectId: event.data.object.id ?? null,
      body: event,
      outcome: whyUntelling('stripe', event),
    });
    response.json({ received: true, duplicate: !first });
  });

  router.post('/shippo', async (request, response) => {
    const body = bodyOf(request.body);
    verifyShippo(context, body, request.query['token'], request.get('shippo-auth-signature'));
    const parsed = parseJson(body);
    const read = trackEventFrom(parsed);
    if (read === null || read.identity.length > LONGEST_IDENTITY)
      throw new HttpProblem('bad_request', { detail: 'The body is not an event of Shippo.' });
    const { event, identity, track } = read;
    const first = await receiveEvent(context.db, {
      provider: 'shippo',
      eventId: identity,
      type: event,
      objectId: track.trackingNumber,
      body: parsed,
      outcome: whyUntelling('shippo', parsed),
    });
    response.json({ received: true, duplicate: !first });
  });
  // Counted when refused, never kept from being looked at: behind a proxy a stranger and the vendor may share an address.
  router.use(limitStrangers(context.config).after);
  return router;
}
