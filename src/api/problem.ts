import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import type { FieldError, Problem } from '../contracts/order-view.ts';
import { WRONG, type WrongCode, type WrongValues, wrong, wrongCodeOf } from '../contracts/wrong.ts';
import { REFUSALS, type RefusalCode } from '../domain/refusals.ts';
import { isDatabaseAway, isUnstorableText } from './database-errors.ts';

/** Errors as `application/problem+json` (RFC 9457): a status, a code for programs, a sentence for people. */

const STATUS_OF_REFUSAL: Readonly<Record<RefusalCode, number>> = {
  order_not_found: 404,
  wrong_status: 409,
  role_not_allowed: 403,
  scope_missing: 403,
  not_yet_available: 409,
  version_conflict: 409,
  already_shipped: 409,
  nothing_to_address: 409,
  part_delivered: 409,
  payment_not_verified: 409,
  payment_reference_required: 422,
  amount_mismatch: 422,
  already_confirmed: 409,
  label_already_bought: 409,
  nothing_to_ship: 409,
  fulfilment_not_found: 422,
  fulfilment_not_waiting: 409,
  fulfilment_required: 422,
  payment_outstanding: 409,
  delivery_outstanding: 409,
  exception_not_found: 409,
  exception_already_open: 409,
  resolution_not_allowed: 422,
  blocked_by_exception: 409,
  held_by_store: 409,
  on_hold: 409,
  already_on_hold: 409,
  not_on_hold: 409,
  in_review: 409,
  not_in_review: 409,
  not_called: 409,
  time_required: 422,
  line_not_found: 422,
  lines_required: 422,
  tracking_number_required: 422,
  units_exceeded: 422,
  nothing_left: 409,
  difference_to_pay: 422,
  substitution_not_found: 409,
  substitution_open: 409,
  return_exchanged: 409,
  nothing_paid: 409,
  already_refunded: 409,
  refund_exceeds_payment: 422,
  note_required: 422,
  dispute_open: 409,
  refund_must_wait: 409,
  dispute_not_found: 409,
  return_not_found: 409,
  nothing_to_return: 409,
  return_not_approved: 409,
  return_already_decided: 409,
  return_window_closed: 409,
  refund_window_closed: 409,
  parcel_not_shipped: 409,
  no_instructions: 409,
  parcel_not_on_its_way: 409,
  nothing_to_claim: 409,
  claim_not_found: 409,
  nothing_to_acknowledge: 409,
  already_acknowledged: 409,
  cancellation_already_requested: 409,
  nothing_to_cancel: 409,
  not_your_lines: 403,
  invalid_fields: 422,
};

const OTHER = {
  bad_request: [400, 'The request cannot be read.'],
  idempotency_key_required: [400, 'An Idempotency-Key header is needed, so that a repeated request is one order.'],
  unauthorized: [401, 'Sign in, or send a valid API key: Authorization: Bearer dok_…'],
  sign_in_failed: [401, 'That is not right, or you cannot sign in. Nothing more is said about it.'],
  cross_site_request: [403, 'Changes with a session are accepted from our own pages only.'],
  beyond_your_own: [403, 'You cannot give more than you have.'],
  not_found: [404, 'There is nothing at this address.'],
  policy_changed: [409, 'The policy has changed since you read it; read it again.'],
  exception_claimed: [409, 'Somebody else holds this exception, or it is closed.'],
  last_owner: [409, 'There must be an owner who can sign in.'],
  person_exists: [409, 'There is somebody with this e-mail address already.'],
  invitation_closed: [409, 'The invitation is not open any more.'],
  second_factor_on: [409, 'The second factor is on already.'],
  second_factor_off: [409, 'The second factor is not on.'],
  proposal_void: [409, 'The order has moved on since this was prepared; look at it again and prepare anew.'],
  proposal_closed: [409, 'The proposal is not open any more.'],
  request_in_progress: [409, 'A request with this Idempotency-Key is still being worked on.'],
  link_invalid: [410, 'This link is not valid, or not any more; ask for a new one.'],
  payload_too_large: [413, 'The body is too large.'],
  unsupported_media_type: [415, 'The body must be application/json.'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used for another request.'],
  stock_below_holds: [422, 'Orders hold more than would be left.'],
  too_many_requests: [429, 'Too many requests; slow down.'],
  internal: [500, 'Something went wrong on our side; nothing was lost. Quote the request id.'],
  gateway_unavailable: [503, 'The payment gateway does not answer, so nothing was done. Ask again in a few seconds.'],
  unavailable: [503, 'The system cannot do this now; ask again with the same Idempotency-Key.'],
} as const;

export type ProblemCode = RefusalCode | keyof typeof OTHER;
export const PROBLEM_CODES = Object.keys({ ...REFUSALS, ...OTHER }) as ProblemCode[];
type Extra = Partial<Omit<Problem, 'type' | 'title' | 'status' | 'code'>>;

const isRefusal = (code: ProblemCode): code is RefusalCode => code in REFUSALS;

/** An error with its answer. Throw it anywhere in a handler. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly problem: Problem;
  constructor(code: ProblemCode, extra: Extra = {}, options: ErrorOptions = {}) {
    const [status, title] = isRefusal(code) ? [STATUS_OF_REFUSAL[code], REFUSALS[code]] : OTHER[code];
    super(extra.detail ?? title, options);
    this.problem = { type: `https://durable-orders.example/problems/${code}`, title, status, code, ...extra };
  }
}

type Issue = ZodError['issues'][number];
type Bound = { readonly code: WrongCode; readonly values: WrongValues };

const BOUNDS: Readonly<Record<string, readonly [least: WrongCode, most: WrongCode]>> = {
  string: ['shortest', 'longest'],
  array: ['fewest', 'too_many'],
};
const bound = (issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): Bound => {
  const [least, most] = BOUNDS[issue.origin] ?? ['least', 'most'];
  return issue.code === 'too_small'
    ? { code: least, values: { least: Number(issue.minimum) } }
    : { code: most, values: { most: Number(issue.maximum) } };
};

/** For translations: the code of our own sentence, else that of the kind of check. */
function codeOf(issue: Issue): { readonly code?: WrongCode; readonly values?: WrongValues } {
  const code = wrongCodeOf(messageOf(issue));
  if (code !== undefined) return { code };
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'type' };
    case 'invalid_format':
      return { code: 'format' };
    case 'invalid_value':
      return { code: 'option', values: { options: issue.values.map(String).join(', ') } };
    case 'too_small':
    case 'too_big':
      return bound(issue);
    default:
      return {};
  }
}

/** The validator's sentence, where it says what is wrong with the value; else a clearer one. */
function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return WRONG.required;
  if (issue.code === 'invalid_key') return `its name ${issue.issues[0]?.message ?? 'is not allowed'}`;
  return issue.message;
}

/** Every bad field of a body in one answer; array positions are written as in JSON: `items[0].quantity`. */
export function fieldErrors(error: ZodError): FieldError[] {
  const name = (path: readonly PropertyKey[]): string =>
    path
      .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
      .join('');
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: name([...issue.path, key]),
        ...wrong('unknown_field'),
      }));
    }
    return [{ field: name(issue.path) || 'body', message: messageOf(issue), ...codeOf(issue) }];
  });
}

type BodyError = { type?: string; status?: number };

/** Names what a thrown thing means to the caller; anything unknown is an internal error without its inside. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof ZodError) return new HttpProblem('invalid_fields', { errors: fieldErrors(error) });
  const { type, status } = error as BodyError;
  if (type === 'entity.too.large') return new HttpProblem('payload_too_large');
  if (type === 'entity.parse.failed') return new HttpProblem('bad_request', { detail: 'The body is not valid JSON.' });
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new HttpProblem('unsupported_media_type');
  if (error instanceof URIError || status === 400) return new HttpProblem('bad_request');
  if (isDatabaseAway(error)) return new HttpProblem('unavailable', { detail: 'The database cannot be reached.' });
  if (isUnstorableText(error))
    return new HttpProblem('bad_request', { detail: 'The request holds NUL or broken Unicode characters.' });
  return new HttpProblem('internal');
}

declare global {
  namespace Express {
    interface Locals {
      requestId?: string;
    }
  }
}

export const notFound: RequestHandler = () => {
  throw new HttpProblem('not_found');
};

/** The last middleware: answers every error, and logs the ones that are ours with their request id. */
export const answerErrors =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { problem } = problemOf(error);
    const requestId = String(response.locals.requestId);
    if (problem.status >= 500) log.error({ err: error, requestId, route: request.path }, problem.code);
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
    if (problem.status === 503) response.set('Retry-After', '5');
    response
      .status(problem.status)
      .type('application/problem+json')
      .json({ ...problem, request_id: requestId });
  };
