/** Every id and idempotency key is derived from the order, so that doing a step twice is doing it once. */

export const workflowIdOf = (number: string): string => `order-${number}`;
export const fulfilmentIdOf = (number: string, no: number): string => `${number}/${no}`;
export const exceptionIdOf = (number: string, version: number): string => `${number}/x${version}`;
/** The version of the order at which this exception was recorded. */
export const versionOfException = (id: string): number => Number(id.slice(id.lastIndexOf('/x') + 2));
export const refundIdOf = (number: string, version: number): string => `${number}/r${version}`;
export const returnIdOf = (number: string, version: number): string => `${number}/b${version}`;
export const substitutionIdOf = (number: string, version: number): string => `${number}/s${version}`;
export const emailKeyOf = (number: string, kind: string, subject: string): string => `${number}/${kind}/${subject}`;

/** Crockford base 32: no I, L, O, U, so a number can be read out on the telephone (SPEC.md §2). */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NUMBER = 'ORD-[0-9A-HJKMNP-TV-Z]{10}';
export const ORDER_NUMBER = new RegExp(`^${NUMBER}$`);

const GATEWAY_OPERATIONS = ['abandon', 'authorize', 'capture', 'checkout', 'refund', 'void'] as const;
export type GatewayOperation = (typeof GATEWAY_OPERATIONS)[number];

/** Idempotency keys at the gateways. `attempt` is a business attempt (a person asked again), of a refund with its id; never a retry. */
export const gatewayKeyOf = (number: string, operation: GatewayOperation, attempt: number | string): string =>
  `order:${number}:${operation}:${attempt}`;
/** The same call once more, where the gateway keeps an error under its key. */
export const gatewayKeyAgain = (key: string): string => `${key}:again`;

/** Of the very form of ours: a checkout has keys of its own at the same gateway, which may begin alike. */
const OWN_GATEWAY_KEY = new RegExp(
  `^order:(${NUMBER}):(?:${GATEWAY_OPERATIONS.join('|')}):(?:\\d+|\\1/r\\d+(?::\\d+)?)(?::again)?$`,
);
export const isOwnGatewayKey = (key: string | null | undefined): boolean => key != null && OWN_GATEWAY_KEY.test(key);

/** An order number from ten random bytes (each byte gives five bits). */
export const orderNumberFrom = (bytes: Uint8Array): string => {
  if (bytes.length < 10) throw new RangeError('an order number needs ten random bytes');
  return `ORD-${Array.from(bytes.subarray(0, 10), (byte) => CROCKFORD[byte & 31]).join('')}`;
};
