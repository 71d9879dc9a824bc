import pino, { type Logger } from 'pino';

/** Structured logs, one JSON object a line. What could hold personal data or secrets is cut out wherever it stands. */

const PRIVATE = new Set([
  'address',
  'authorization',
  'billing_address',
  'body',
  'client_secret',
  'cookie',
  'customer',
  'delivery_notes',
  'email',
  'ip_address',
  'password',
  'payment_method',
  'phone',
  'redemption_code',
  'shipping_address',
  'token',
]);

/** Far above what we log; what lies deeper is not worth a line, or leads back to itself. */
const DEEPEST = 6;

/** A mail address, and what stands before the host in the address of a server. */
const withoutAddresses = (text: string): string => text.replace(/[^\s<>()"',;:/]+@[^\s<>()"',;]+/g, '[redacted]');

/** Of an error: what tells where it comes from. PostgreSQL's `detail` is the row, Stripe's `raw` the answer with the buyer in it. */
const TELLING = ['code', 'constraint', 'table', 'statusCode', 'requestId'] as const;

/** PostgreSQL's errors of class 22 end with the value that it could not take. */
const withoutValue = (message: string, code: unknown): string =>
  typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code) ? message.replace(/: ".*/s, '') : message;

const framesOf = (stack: string | undefined): string | undefined => stack?.match(/^ +at .*/ms)?.[0];

/** An error as it is logged, with its causes. Whatever else it carries stays out. */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return safe(error, depth);
  if (depth > DEEPEST) return error.name;
  const given = error as Error & Partial<Record<(typeof TELLING)[number] | 'errors', unknown>>;
  const telling = TELLING.flatMap((key) => {
    const value = given[key];
    return typeof value === 'string' || typeof value === 'number' ? [[key, value]] : [];
  });
  return {
    type: error.constructor.name,
    message: withoutAddresses(withoutValue(error.message, given.code)),
    ...Object.fromEntries(telling),
    stack: framesOf(error.stack),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause, depth + 1) }),
    ...(Array.isArray(given.errors) ? { errors: given.errors.map((one) => errorForLog(one, depth + 1)) } : {}),
  };
}

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));

function safe(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutAddresses(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[…]';
  if (value instanceof Error) return errorForLog(value, depth);
  if (Array.isArray(value)) return value.map((one) => safe(one, depth + 1));
  return isPlain(value) ? safeFields(value, depth) : value;
}

/** A `name` below the first level is somebody's; on the first it is the log's own. */
const safeFields = (fields: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      PRIVATE.has(key) || (key === 'name' && depth > 0) ? '[redacted]' : safe(value, depth + 1),
    ]),
  );

export const createLog = (name: string, level: string): Logger =>
  pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: ({ err, ...fields }) => ({ ...safeFields(fields, 0), ...(err === undefined ? {} : { err }) }) },
    serializers: { err: (error: unknown) => errorForLog(error) },
  });
