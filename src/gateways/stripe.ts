import Stripe from 'stripe';
import type { AuthorizationOptions, PaymentGateway, PaymentOrder } from '../activities/ports.ts';
import type { PaymentReading } from '../domain/facts.ts';
import { Refused, Throttled } from '../domain/failures.ts';
import { gatewayKeyOf } from '../domain/keys.ts';

/**
 * Stripe: authorise, verify, capture, void, refund. Docs: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method.
 * Retries belong to the engine, so the SDK does none; every write carries a key derived from the order and its business attempt,
 * so a lost answer is asked for again and never charged again.
 */

export function createStripe(apiKey: string, base: URL): Stripe {
  const port = base.port === '' ? (base.protocol === 'https:' ? 443 : 80) : Number(base.port);
  return new Stripe(apiKey, {
    host: base.hostname,
    port,
    protocol: base.protocol === 'https:' ? 'https' : 'http',
    maxNetworkRetries: 0,
    timeout: 20_000,
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
  return {
    reference: intent.id,
    replaces,
    state: stateOf(intent),
    amount: intent.amount,
    currency: intent.currency.toUpperCase(),
    captured: intent.amount_received,
    refunded: refundedOf(charge),
    orderNumber: intent.metadata['order_number'] ?? null,
    captureBefore: captureBefore == null ? null : captureBefore * 1000,
    nextAction: redirect == null ? null : { type: 'redirect', url: redirect },
    riskLevel: charge?.outcome?.risk_level ?? null,
    riskScore: charge?.outcome?.risk_score ?? null,
    failure:
      error === null
        ? null
        : { code: error.decline_code ?? error.code ?? error.type, message: error.message ?? 'The payment failed.' },
  };
}

/** A hosted checkout that nobody has paid yet. */
function readingOfSession(session: Stripe.Checkout.Session): PaymentReading {
  return {
    reference: session.id,
    replaces: null,
    state: session.status === 'expired' ? 'voided' : 'awaiting_buyer',
    amount: session.amount_total ?? 0,
    currency: (session.currency ?? '').toUpperCase(),
    captured: 0,
    refunded: 0,
    orderNumber: session.metadata?.['order_number'] ?? null,
    captureBefore: null,
    nextAction: session.url === null ? null : { type: 'redirect', url: session.url },
    riskLevel: null,
    riskScore: null,
    failure: null,
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
    return call(`${key}:again`);
  }
}

const EXPAND = { expand: ['latest_charge'] };
const isSession = (reference: string): boolean => reference.startsWith('cs_');

export function createStripeGateway(stripe: Stripe): PaymentGateway {
  const retrieve = (reference: string): Promise<Stripe.PaymentIntent> =>
    stripe.paymentIntents.retrieve(reference, EXPAND);

  async function readSession(id: string): Promise<PaymentReading> {
    const session = await stripe.checkout.sessions.retrieve(id);
    const intent = typeof session.payment_intent === 'string' ? session.payment_intent : session.payment_intent?.id;
    return intent === undefined ? readingOfSession(session) : readingOf(await retrieve(intent), id);
  }

  const read = (reference: string): Promise<PaymentReading> =>
    isSession(reference) ? readSession(reference) : retrieve(reference).then((intent) => readingOf(intent));

  async function charge(order: PaymentOrder, paymentMethod: string): Promise<PaymentReading> {
    try {
      const intent = await stripe.paymentIntents.create(
        {
          amount: order.amount,
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
      return readingOf(await retrieve(intent.id));
    }
  }

  async function openPage(order: PaymentOrder, { email, returnUrl }: AuthorizationOptions): Promise<PaymentReading> {
    const back = new URL(returnUrl ?? 'https://example.com/');
    back.searchParams.set('order', order.number);
    const session = await stripe.checkout.sessions.create(
      {
        mode: 'payment',
        customer_email: email,
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: order.currency.toLowerCase(),
              unit_amount: order.amount,
              product_data: { name: `Order ${order.number}` },
            },
          },
        ],
        payment_intent_data: { capture_method: 'manual', metadata: { order_number: order.number } },
        metadata: { order_number: order.number },
        success_url: back.href,
        cancel_url: back.href,
      },
      { idempotencyKey: gatewayKeyOf(order.number, 'checkout', order.attempt) },
    );
    return readingOfSession(session);
  }

  async function refundRest(order: PaymentOrder, intent: Stripe.PaymentIntent): Promise<PaymentReading> {
    const left = intent.amount_received - refundedOf(chargeOf(intent));
    if (left <= 0) return readingOf(intent);
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
          { amount_to_capture: order.amount, metadata: { order_number: order.number }, ...EXPAND },
          { idempotencyKey },
        ),
      );
      return readingOf(captured);
    } catch (error) {
      if (!hasMovedOn(error)) throw error;
      return readingOf(await retrieve(reference));
    }
  }

  const authorize = (order: PaymentOrder, options: AuthorizationOptions): Promise<PaymentReading> => {
    if (order.reference !== null) return read(order.reference);
    return options.paymentMethod === null ? openPage(order, options) : charge(order, options.paymentMethod);
  };

  return {
    authorize: (order, options) => asking(() => authorize(order, options)),
    capture: (order) => asking(() => capture(order)),
    giveBack: (order) => asking(() => giveBack(order)),
    read: (reference) => asking(() => read(reference)),
  };
}
