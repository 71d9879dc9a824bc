import Stripe from 'stripe';
import type {
  AuthorizationOptions,
  DisputeEvidence,
  GatewayPage,
  Listed,
  PaymentGateway,
  PaymentOrder,
  RefundOrder,
} from '../activities/ports.ts';
import { fromStripe, toStripe, whyNotAtStripe } from '../contracts/stripe-amounts.ts';
import type { DisputeReading, PaymentReading } from '../domain/facts.ts';
import { type FailureType, Refused, Throttled } from '../domain/failures.ts';
import { gatewayKeyAgain, gatewayKeyOf } from '../domain/keys.ts';

/**
 * Stripe: authorise, verify, capture, void, refund. Docs: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method.
 * Retries belong to the engine, so the SDK does none; every write carries a key derived from the order and its business attempt,
 * so a lost answer is asked for again and never charged again.
 */

/** `timeout`: milliseconds for each call. */
export function createStripe(apiKey: string, base: URL, timeout = 20_000): Stripe {
  const port = base.port === '' ? (base.protocol === 'https:' ? 443 : 80) : Number(base.port);
  return new Stripe(apiKey, {
    host: base.hostname,
    port,
    protocol: base.protocol === 'https:' ? 'https' : 'http',
    maxNetworkRetries: 0,
    timeout,
    telemetry: false,
    appInfo: { name: 'durable-orders' },
  });
}

const WAIT_WHEN_THROTTLED_MS = 2_000;

/** Errors by meaning: a card's no is a reading, a bad request is final, everything else is tried again by the engine. */
function meaningOf(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']);
    return new Throttled(
      error.message,
      Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : WAIT_WHEN_THROTTLED_MS,
    );
  }
  if (error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new Refused('PaymentRefused', `Stripe refused: ${error.message}`, {
      code: error.code ?? null,
      decline_code: error.decline_code ?? null,
      request: error.requestId ?? null,
    });
  }
  return error;
}

const asking = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  try {
    return await call();
  } catch (error) {
    throw meaningOf(error);
  }
};

function stateOf(intent: Stripe.PaymentIntent): PaymentReading['state'] {
  switch (intent.status) {
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'voided';
    case 'processing':
      return 'processing';
    case 'requires_payment_method':
      return intent.last_payment_error === null ? 'awaiting_buyer' : 'failed';
    default:
      return 'awaiting_buyer';
  }
}

/** The amount in Stripe's unit; what Stripe cannot move is a person's matter. */
function unitsOf({ amount, currency }: Pick<PaymentOrder, 'amount' | 'currency'>, type: FailureType): number {
  const why = whyNotAtStripe(amount, currency);
  if (why !== null) throw new Refused(type, `${why}.`);
  return toStripe(amount, currency);
}

const chargeOf = (intent: Stripe.PaymentIntent): Stripe.Charge | null =>
  typeof intent.latest_charge === 'object' ? intent.latest_charge : null;

/** What went back to the buyer. Stripe also counts as refunded what was authorised and never captured; nobody had paid that. */
const refundedOf = (charge: Stripe.Charge | null): number =>
  charge?.captured === true ? charge.amount_refunded - (charge.amount - charge.amount_captured) : 0;

/** A PaymentIntent with its latest charge expanded, as the domain reads it. */
function readingOf(intent: Stripe.PaymentIntent, replaces: string | null = null): PaymentReading {
  const charge = chargeOf(intent);
  const redirect = intent.next_action?.redirect_to_url?.url;
  const error = intent.last_payment_error;
  const captureBefore = charge?.payment_method_details?.card?.capture_before;
  const currency = intent.currency.toUpperCase();
  return {
    reference: intent.id,
    replaces,
    state: stateOf(intent),
    amount: fromStripe(intent.amount, currency),
    currency,
    captured: fromStripe(intent.amount_received, currency),
    refunded: fromStripe(refundedOf(charge), currency),
    orderNumber: intent.metadata['order_number'] ?? null,
    captureBefore: captureBefore == null ? null : captureBefore * 1000,
    nextAction: redirect == null ? null : { type: 'redirect', url: redirect },
    riskLevel: charge?.outcome?.risk_level ?? null,
    riskScore: charge?.outcome?.risk_score ?? null,
    card: charge?.payment_method_details?.card?.fingerprint ?? null,
    failure:
      error === null
        ? null
        : { code: error.decline_code ?? error.code ?? error.type, message: error.message ?? 'The payment failed.' },
  };
}

/** A hosted checkout that nobody has paid yet. */
function readingOfSession(session: Stripe.Checkout.Session): PaymentReading {
  const currency = (session.currency ?? '').toUpperCase();
  return {
    reference: session.id,
    replaces: null,
    state: session.status === 'expired' ? 'voided' : 'awaiting_buyer',
    amount: fromStripe(session.amount_total ?? 0, currency),
    currency,
    captured: 0,
    refunded: 0,
    orderNumber: session.metadata?.['order_number'] ?? null,
    captureBefore: null,
    nextAction: session.url === null ? null : { type: 'redirect', url: session.url, offeredAt: session.created * 1000 },
    riskLevel: null,
    riskScore: null,
    failure: null,
  };
}

const STRIPE_REASONS: Readonly<Record<string, Stripe.RefundCreateParams.Reason>> = {
  duplicate: 'duplicate',
  fraudulent: 'fraudulent',
};

const DISPUTE_STATUS: Readonly<Record<Stripe.Dispute.Status, DisputeReading['status']>> = {
  warning_needs_response: 'warning',
  warning_under_review: 'under_review',
  warning_closed: 'warning_closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  // An appeal is the bank's second look at a dispute that was lost; it is answered at the gateway.
  appeal_needs_response: 'lost',
  appeal_under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  prevented: 'warning_closed',
};

function disputeOf({ id, status, reason, evidence_details: details, ...disputed }: Stripe.Dispute): DisputeReading {
  const evidenceDue = details.due_by === null ? null : details.due_by * 1000;
  const amount = fromStripe(disputed.amount, disputed.currency.toUpperCase());
  const inquiry = status.startsWith('warning') ? { inquiry: true as const } : {};
  return { id, status: DISPUTE_STATUS[status] ?? 'under_review', amount, reason, evidenceDue, ...inquiry };
}

const pageOf = ({ since, after, limit }: GatewayPage) => ({
  created: { gte: Math.floor(since / 1000) },
  limit,
  ...(after === null ? {} : { starting_after: after }),
});

type AboutPayment = { readonly id: string; readonly payment_intent?: string | Stripe.PaymentIntent | null };

/** What is about a charge without a PaymentIntent is no order's. */
function listed<Theirs extends AboutPayment, One>(
  { data, has_more: hasMore }: Stripe.ApiList<Theirs>,
  read: (theirs: Theirs) => One,
): Listed<One> {
  const entries = data.flatMap((theirs) => {
    const { payment_intent: intent } = theirs;
    return intent == null ? [] : [{ ...read(theirs), payment: typeof intent === 'string' ? intent : intent.id }];
  });
  return { entries, next: hasMore ? (data.at(-1)?.id ?? null) : null };
}

/** Stripe refuses evidence of more than 150,000 letters together (docs.stripe.com/api/disputes/evidence_object). */
const LETTERS_AT_MOST = 20_000;

/** What is known of it, in paragraphs; undefined when nothing is. */
const textOf = (...parts: readonly (string | null)[]): string | undefined =>
  parts.filter(Boolean).join('\n\n').slice(0, LETTERS_AT_MOST) || undefined;

/** What staff say and the buyer accepted, and of the history what there is room for: its newest part, as the delivery is near its end. */
function freeTextOf({ statement, acceptance, history }: DisputeEvidence): string {
  const said = textOf(statement, acceptance);
  const room = Math.max(0, LETTERS_AT_MOST - (said === undefined ? 0 : said.length + 2));
  return textOf(said ?? null, history.slice(Math.max(0, history.length - room))) ?? '';
}

/** The acceptance stands in the free text too: banks show that first, and each field by itself. */
function disclosuresOf({ purchaseIp, acceptance, terms, refundPolicy }: DisputeEvidence) {
  const refunds = refundPolicy === null ? undefined : textOf(acceptance, refundPolicy);
  const cancellations = textOf(acceptance, terms);
  return {
    ...(purchaseIp === null ? {} : { customer_purchase_ip: purchaseIp }),
    ...(refunds === undefined ? {} : { refund_policy_disclosure: refunds }),
    ...(cancellations === undefined ? {} : { cancellation_policy_disclosure: cancellations }),
  };
}

function evidenceOf(evidence: DisputeEvidence): Stripe.DisputeUpdateParams.Evidence {
  const { carrier, trackingNumber, shippedOn } = evidence;
  return {
    customer_name: evidence.customerName,
    customer_email_address: evidence.customerEmail,
    billing_address: evidence.billingAddress,
    shipping_address: evidence.shippingAddress,
    product_description: evidence.productDescription.slice(0, LETTERS_AT_MOST),
    ...(carrier === null ? {} : { shipping_carrier: carrier }),
    ...(trackingNumber === null ? {} : { shipping_tracking_number: trackingNumber }),
    ...(shippedOn === null ? {} : { shipping_date: shippedOn }),
    ...disclosuresOf(evidence),
    uncategorized_text: freeTextOf(evidence),
  };
}

/** Captured or cancelled by another hand meanwhile: what the payment is now decides, not the error. */
const hasMovedOn = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'payment_intent_unexpected_state';

/**
 * Stripe keeps an error of its own under the key and gives it again, whatever happens. Where the payment itself says what is done
 * already, the call is then safe to make under another key.
 */
async function evenAfterAnError<Result>(key: string, call: (key: string) => Promise<Result>): Promise<Result> {
  try {
    return await call(key);
  } catch (error) {
    const isKept = error instanceof Stripe.errors.StripeAPIError && error.headers?.['idempotent-replayed'] === 'true';
    if (!isKept) throw error;
    return call(gatewayKeyAgain(key));
  }
}

const EXPAND = { expand: ['latest_charge'] };
const isSession = (reference: string): boolean => reference.startsWith('cs_');

/** The page of an order for its buyer; asked again, it is the same. */
export type BuyersPage = (orderNumber: string, placedAt: number) => Promise<string>;

/** `buyersPage`: where buyers come back to from a hosted page when the checkout has no page of its own for them. */
export function createStripeGateway(stripe: Stripe, buyersPage: BuyersPage): PaymentGateway {
  const retrieve = (reference: string): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.retrieve(reference, EXPAND);

  async function readSession(id: string): Promise<PaymentReading> {
    const session = await stripe.checkout.sessions.retrieve(id);
    const intent = typeof session.payment_intent === 'string' ? session.payment_intent : session.payment_intent?.id;
    return intent === undefined ? readingOfSession(session) : readingOf(await retrieve(intent), id);
  }

  const read = (reference: string): Promise<PaymentReading> =>
    isSession(reference) ? readSession(reference) : retrieve(reference).then((intent) => readingOf(intent));

  /**
   * The payment failed, and there is a page on which the buyer can pay after all. What failed is closed first, so that nobody pays
   * twice; doing it again finds it closed, and the same page by its key.
   */
  async function offerPage(
    order: PaymentOrder,
    options: AuthorizationOptions,
    failed: PaymentReading,
  ): Promise<PaymentReading> {
    if (!isSession(failed.reference) && failed.state !== 'voided')
      await stripe.paymentIntents.cancel(
        failed.reference,
        { cancellation_reason: 'abandoned' },
        { idempotencyKey: gatewayKeyOf(order.number, 'abandon', order.attempt) },
      );
    const page = await openPage(order, options);
    return { ...page, replaces: order.reference ?? failed.reference, state: 'failed', failure: failed.failure };
  }

  async function charge(
    order: PaymentOrder,
    options: AuthorizationOptions,
    paymentMethod: string,
  ): Promise<PaymentReading> {
    try {
      const intent = await stripe.paymentIntents.create(
        {
          amount: unitsOf(order, 'PaymentRefused'),
          currency: order.currency.toLowerCase(),
          capture_method: 'manual',
          confirm: true,
          payment_method: paymentMethod,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { order_number: order.number },
          ...EXPAND,
        },
        { idempotencyKey: gatewayKeyOf(order.number, 'authorize', order.attempt) },
      );
      return readingOf(intent);
    } catch (error) {
      // A declined card is an answer, not an error: the intent stands and says why.
      const intent = error instanceof Stripe.errors.StripeCardError ? error.payment_intent : undefined;
      if (intent === undefined) throw error;
      return offerPage(order, options, readingOf(await retrieve(intent.id)));
    }
  }

  async function pageAfterwards({ number }: PaymentOrder, options: AuthorizationOptions): Promise<string> {
    if (options.returnUrl === null) return buyersPage(number, options.placedAt);
    const page = new URL(options.returnUrl);
    page.searchParams.set('order', number);
    return page.href;
  }

  async function openPage(order: PaymentOrder, options: AuthorizationOptions): Promise<PaymentReading> {
    const back = await pageAfterwards(order, options);
    const session = await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        customer_email: options.email,
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: order.currency.toLowerCase(),
              unit_amount: unitsOf(order, 'PaymentRefused'),
              product_data: { name: `Order ${order.number}` },
            },
          },
        ],
        payment_intent_data: { capture_method: 'manual', metadata: { order_number: order.number } },
        metadata: { order_number: order.number },
        success_url: back,
        cancel_url: back,
      },
      { idempotencyKey: gatewayKeyOf(order.number, 'checkout', order.attempt) },
    );
    return readingOfSession(session);
  }

  async function refundRest(order: PaymentOrder, intent: Stripe.PaymentIntent): Promise<PaymentReading> {
    const charge = chargeOf(intent);
    const byHand = toStripe(order.returnedByHand ?? 0, order.currency);
    const left = intent.amount_received - refundedOf(charge) - byHand;
    if (left <= 0) return readingOf(intent);
    if (charge?.disputed === true)
      throw new Refused(
        'RefundByHand',
        'The bank is asking this payment back; Stripe refunds nothing of it meanwhile.',
      );
    const refund = await evenAfterAnError(gatewayKeyOf(order.number, 'refund', order.attempt), (idempotencyKey) =>
      stripe.refunds.create(
        {
          payment_intent: intent.id,
          amount: left,
          reason: 'requested_by_customer',
          metadata: { order_number: order.number },
        },
        { idempotencyKey },
      ),
    );
    if (refund.status === 'failed' || refund.status === 'canceled') {
      throw new Refused(
        'RefundByHand',
        `Stripe could not give the money back: ${refund.failure_reason ?? refund.status}.`,
        { refund: refund.id },
      );
    }
    return readingOf(await retrieve(intent.id));
  }

  async function giveBack(order: PaymentOrder): Promise<PaymentReading> {
    const { reference } = order;
    if (reference === null) throw new Refused('RefundByHand', 'No payment is known at Stripe.');
    if (isSession(reference)) {
      const now = await readSession(reference);
      if (now.reference !== reference) return giveBack({ ...order, reference: now.reference });
      if (now.state === 'voided') return now;
      return readingOfSession(await stripe.checkout.sessions.expire(reference));
    }
    const intent = await retrieve(reference);
    if (intent.status === 'succeeded') return refundRest(order, intent);
    if (intent.status === 'canceled') return readingOf(intent);
    try {
      const canceled = await evenAfterAnError(gatewayKeyOf(order.number, 'void', order.attempt), (idempotencyKey) =>
        stripe.paymentIntents.cancel(
          reference,
          { cancellation_reason: 'requested_by_customer', ...EXPAND },
          { idempotencyKey },
        ),
      );
      return readingOf(canceled);
    } catch (error) {
      if (!hasMovedOn(error)) throw error;
      const now = await retrieve(reference);
      return now.status === 'succeeded' ? refundRest(order, now) : readingOf(now);
    }
  }

  async function capture(order: PaymentOrder): Promise<PaymentReading> {
    const { reference } = order;
    if (reference === null) throw new Refused('PaymentRefused', 'No payment is known at Stripe.');
    try {
      const captured = await evenAfterAnError(gatewayKeyOf(order.number, 'capture', order.attempt), (idempotencyKey) =>
        stripe.paymentIntents.capture(
          reference,
          { amount_to_capture: unitsOf(order, 'PaymentRefused'), metadata: { order_number: order.number }, ...EXPAND },
          { idempotencyKey },
        ),
      );
      return readingOf(captured);
    } catch (error) {
      if (!hasMovedOn(error)) throw error;
      return readingOf(await retrieve(reference));
    }
  }

  /** Refunded or disputed by another hand meanwhile: the money is a person's matter now. */
  function refundRefused(error: unknown): never {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    throw new Refused('RefundByHand', `Stripe refused the refund: ${error.message}`, { code: error.code ?? null });
  }

  /**
   * A refund that an earlier try made is found by our id on it, however long ago: Stripe forgets keys after a day. One that came to
   * nothing is made again when a person asks for it, which is another attempt.
   */
  async function refund(order: PaymentOrder, { id, amount, reason }: RefundOrder) {
    const { reference } = order;
    if (reference === null) throw new Refused('RefundByHand', 'No payment is known at Stripe.');
    const asked: Stripe.RefundCreateParams = {
      payment_intent: reference,
      amount: unitsOf({ amount, currency: order.currency }, 'RefundByHand'),
      reason: STRIPE_REASONS[reason] ?? 'requested_by_customer',
      metadata: { order_number: order.number, refund: id },
    };
    const made = await evenAfterAnError(
      gatewayKeyOf(order.number, 'refund', `${id}:${order.attempt}`),
      async (idempotencyKey) =>
        (await refundOf(reference, id)) ?? (await stripe.refunds.create(asked, { idempotencyKey })),
    );
    if (made.status === 'failed' || made.status === 'canceled') {
      const why = made.failure_reason ?? made.status;
      throw new Refused('RefundByHand', `Stripe could not give the money back: ${why}.`, { refund: made.id });
    }
    return { reference: made.id, reading: readingOf(await retrieve(reference)) };
  }

  async function refundOf(paymentIntent: string, id: string): Promise<Stripe.Refund | undefined> {
    const { data } = await stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 });
    const isGood = (status: string | null): boolean => status !== 'failed' && status !== 'canceled';
    return data.find(({ metadata, status }) => metadata?.['refund'] === id && isGood(status));
  }

  /** Answers a dispute; answered by another hand meanwhile is no error: the dispute itself says how it stands. */
  async function answering(id: string, call: () => Promise<Stripe.Dispute>): Promise<DisputeReading> {
    const now = await stripe.disputes.retrieve(id);
    return disputeOf(now.status === 'needs_response' || now.status === 'warning_needs_response' ? await call() : now);
  }

  /** The payment itself is not in question: neither its buyer nor its order is told that it failed. */
  function evidenceRefused(error: unknown): never {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    throw new Refused('EvidenceRefused', `Stripe refused: ${error.message}`, { code: error.code ?? null });
  }

  /** A payment that the checkout has made is the checkout's to repeat; in place of one of ours that came to nothing a page is offered. */
  async function again(
    order: PaymentOrder,
    asked: () => Promise<AuthorizationOptions>,
    reference: string,
  ): Promise<PaymentReading> {
    const now = await read(reference);
    if (now.state !== 'failed' && now.state !== 'voided') return now;
    const options = await asked();
    if (options.paymentMethod === null && !isSession(reference)) return now;
    return offerPage(order, options, now).catch((error: unknown) => {
      // What was declined on a page belongs to that page, which the buyer still has.
      if (error instanceof Stripe.errors.StripeInvalidRequestError) return now;
      throw error;
    });
  }

  const authorize = async (
    order: PaymentOrder,
    asked: () => Promise<AuthorizationOptions>,
  ): Promise<PaymentReading> => {
    if (order.reference !== null) return again(order, asked, order.reference);
    const options = await asked();
    const { paymentMethod } = options;
    return paymentMethod === null ? openPage(order, options) : charge(order, options, paymentMethod);
  };

  return {
    authorize: (order, options) => asking(() => authorize(order, options)),
    capture: (order) => asking(() => capture(order)),
    giveBack: (order) => asking(() => giveBack(order)),
    read: (reference) => asking(() => read(reference)),
    refund: (order, refunded) => asking(() => refund(order, refunded).catch(refundRefused)),
    readRefund: (id) =>
      asking(async () => {
        const { status, failure_reason: why, metadata } = await stripe.refunds.retrieve(id);
        const failed = status === 'failed' || status === 'canceled';
        return { failed, why: why ?? status ?? 'unknown', ours: metadata?.['refund'] ?? null };
      }),
    readFraudWarning: (id) =>
      asking(async () => {
        const { fraud_type: kind, actionable } = await stripe.radar.earlyFraudWarnings.retrieve(id);
        return { kind, actionable };
      }),
    readDispute: (id) => asking(async () => disputeOf(await stripe.disputes.retrieve(id))),
    listDisputes: (wanted) => asking(async () => listed(await stripe.disputes.list(pageOf(wanted)), disputeOf)),
    listFraudWarnings: (wanted) =>
      asking(async () =>
        listed(await stripe.radar.earlyFraudWarnings.list(pageOf(wanted)), ({ id, actionable }) => ({
          id,
          actionable,
        })),
      ),
    submitEvidence: (id, evidence) =>
      asking(() =>
        answering(id, () => stripe.disputes.update(id, { evidence: evidenceOf(evidence), submit: true })).catch(
          evidenceRefused,
        ),
      ),
    acceptDispute: (id) => asking(() => answering(id, () => stripe.disputes.close(id)).catch(evidenceRefused)),
  };
}
