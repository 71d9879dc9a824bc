import type Stripe from 'stripe';

/** An event as it was when it happened: its JSON is kept, since it is sent, listed and never changed. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly objectId: string;
  readonly payload: string;
}

/** The answer kept under an idempotency key; `running` while the first request is being worked on. */
export interface IdempotentResult {
  readonly fingerprint: string;
  readonly answer: 'running' | { readonly status: number; readonly body: string; readonly requestId: string };
}

const KEPT_EVENTS = 20_000;
const KEPT_KEYS = 50_000;

/** Everything the imitated Stripe account holds. Objects are mutable and are changed in place by the modules beside this one. */
export class StripeStore {
  readonly paymentIntents = new Map<string, Stripe.PaymentIntent>();
  readonly paymentMethods = new Map<string, Stripe.PaymentMethod>();
  readonly charges = new Map<string, Stripe.Charge>();
  readonly refunds = new Map<string, Stripe.Refund>();
  readonly disputes = new Map<string, Stripe.Dispute>();
  readonly reviews = new Map<string, Stripe.Review>();
  readonly earlyFraudWarnings = new Map<string, Stripe.Radar.EarlyFraudWarning>();
  readonly balanceTransactions = new Map<string, Stripe.BalanceTransaction>();
  readonly checkoutSessions = new Map<string, Stripe.Checkout.Session>();
  /** Line items of a Checkout Session, by the session's id. */
  readonly lineItems = new Map<string, Stripe.LineItem[]>();
  /** The Checkout Session a PaymentIntent was made for, by the intent's id. */
  readonly sessionOfIntent = new Map<string, string>();
  /** What payment_intent_data asked for, by the session's id: used once the buyer pays. */
  readonly sessionIntents = new Map<string, SessionIntent>();
  /** Which test card stands behind a payment method, by the payment method's id. */
  readonly cards = new Map<string, string>();
  readonly events = new Map<string, StoredEvent>();
  readonly idempotency = new Map<string, IdempotentResult>();

  addEvent(event: StoredEvent): void {
    this.events.set(event.id, event);
    dropOldest(this.events, KEPT_EVENTS);
  }

  /** Stripe forgets a key after a day; here the oldest go first. */
  keepAnswer(key: string, result: IdempotentResult): void {
    this.idempotency.set(key, result);
    dropOldest(this.idempotency, KEPT_KEYS);
  }

  clear(): void {
    for (const map of this.#maps()) map[1].clear();
  }

  dump(): Record<string, [string, unknown][]> {
    return Object.fromEntries(
      this.#maps().map(([name, map]) => {
        const entries = [...map].filter(([, value]) => (value as IdempotentResult).answer !== 'running');
        return [name, entries];
      }),
    );
  }

  load(dump: Record<string, [string, unknown][]>): void {
    for (const [name, map] of this.#maps()) {
      map.clear();
      for (const [key, value] of dump[name] ?? []) map.set(key, value);
    }
  }

  #maps(): [string, Map<string, unknown>][] {
    return Object.entries(this).filter((entry): entry is [string, Map<string, unknown>] => entry[1] instanceof Map);
  }
}

function dropOldest(map: Map<string, unknown>, kept: number): void {
  if (map.size <= kept) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** What a Checkout Session's PaymentIntent will be made with. */
export interface SessionIntent {
  readonly captureMethod: 'automatic' | 'automatic_async' | 'manual';
  readonly metadata: Record<string, string>;
  readonly description: string | null;
}
