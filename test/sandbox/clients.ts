import { Shippo } from 'shippo';
import Stripe from 'stripe';

/** The real SDK, pointed at `baseUrl`; without retries, so that a test sees every answer. */
export function stripeAt(baseUrl: string, key = 'sk_test_contract'): Stripe {
  const { hostname, port, protocol } = new URL(baseUrl);
  return new Stripe(key, {
    host: hostname,
    port: port === '' ? 443 : Number(port),
    protocol: protocol === 'http:' ? 'http' : 'https',
    maxNetworkRetries: 0,
    timeout: 10_000,
    telemetry: false,
  });
}

export const shippoAt = (baseUrl: string, key = 'shippo_test_contract'): Shippo =>
  new Shippo({ apiKeyHeader: key, shippoApiVersion: '2018-02-08', serverURL: baseUrl, timeoutMs: 10_000 });

/** The SDK's error of a call that must fail; fails itself when the call goes through. */
export async function failureOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw new Error(outcome === undefined ? 'The call went through.' : `Not an error of Stripe: ${String(outcome)}`);
}
