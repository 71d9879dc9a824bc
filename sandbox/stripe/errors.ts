import type Stripe from 'stripe';

/** What stands under `error` in Stripe's error answers. */
export interface ErrorBody {
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly network_decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly doc_url?: string;
  readonly payment_intent?: Stripe.PaymentIntent;
  readonly payment_method?: Stripe.PaymentMethod;
}

/** Thrown by the calls, answered as Stripe would. */
export class StripeFailure extends Error {
  override name = 'StripeFailure';
  readonly status: number;
  readonly body: ErrorBody;
  /** False when the request was refused before anything ran: Stripe keeps no idempotent result then. */
  readonly executed: boolean;

  constructor(status: number, body: ErrorBody, executed = true) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.executed = executed;
  }
}

const docs = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;

/** 400: the parameters are wrong; nothing ran. */
export const badParameter = (code: string, param: string, message: string): StripeFailure =>
  new StripeFailure(400, { type: 'invalid_request_error', code, param, message, doc_url: docs(code) }, false);

/** 400: the call is well formed, but the object's state does not allow it. */
export const refused = (code: string | undefined, message: string, more: Partial<ErrorBody> = {}): StripeFailure =>
  new StripeFailure(400, {
    type: 'invalid_request_error',
    message,
    ...(code === undefined ? {} : { code, doc_url: docs(code) }),
    ...more,
  });

export const missing = (noun: string, id: string, param = 'id'): StripeFailure =>
  new StripeFailure(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${noun}: '${id}'`,
    doc_url: docs('resource_missing'),
  });

/** 402: the card did not go through. */
export const cardError = (body: Omit<ErrorBody, 'type'> & { readonly code: string }): StripeFailure =>
  new StripeFailure(402, { type: 'card_error', doc_url: docs(body.code), ...body });
