import type Stripe from 'stripe';
import { request } from 'undici';
import type { MailContent } from './control/mails.ts';
import type { Parcel } from './control/parcels.ts';
import type { WebhookStatus } from './control/webhooks.ts';
import type { Fault, Service } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { MailSummary } from './mail/inbox.ts';
import type { PaymentAttempt } from './stripe/checkout-payment.ts';
import type { Delivery, ReleaseOrder, WebhookMode } from './webhooks.ts';

export type { MailContent } from './control/mails.ts';
export type { Parcel } from './control/parcels.ts';
export type { Fault } from './faults.ts';
export type { Ledger, LedgerLabel, LedgerPayment } from './ledger.ts';
export type { MailSummary } from './mail/inbox.ts';
export type { Delivery } from './webhooks.ts';

type Vendor = Exclude<Service, 'smtp'>;

/** What can be asked of a running sandbox. Every method rejects with the sandbox's own words when it refuses. */
export interface Control {
  ledger(): Promise<Ledger>;
  /** Forgets everything, also faults, held webhooks and what was to happen later. */
  reset(): Promise<void>;
  /** Lets pending refunds, disputes under review, queued labels and label refunds come to their end now. */
  settle(): Promise<{ settled: number }>;

  fault(fault: Omit<Fault, 'count'> & { count?: number }): Promise<void>;
  faults(): Promise<(Fault & { left: number })[]>;
  clearFaults(): Promise<void>;

  webhooks(): Promise<WebhookStatus & { deliveries: Delivery[] }>;
  webhookMode(mode: WebhookMode, options?: { copies?: number; service?: Vendor }): Promise<void>;
  releaseWebhooks(order?: ReleaseOrder, options?: { seed?: number; service?: Vendor }): Promise<{ released: number }>;
  /** A Stripe event by its id, or a parcel's present state by `carrier/tracking number`. */
  resend(event: string): Promise<void>;
  webhookAddresses(addresses: {
    stripe_url?: string;
    stripe_secret?: string;
    shippo_url?: string;
    shippo_secret?: string;
  }): Promise<void>;
  /** Resolves when nothing is on its way or waiting for another attempt; rejects after `withinMs` (default 10,000). */
  webhooksDelivered(withinMs?: number): Promise<void>;

  parcels(): Promise<Parcel[]>;
  /** Without a status the parcel takes its next step. */
  advanceParcel(
    trackingNumber: string,
    status?: string,
    more?: { carrier?: string; details?: string; substatus?: string },
  ): Promise<Parcel>;
  /** 0 stops parcels from moving by themselves. */
  autoAdvance(seconds: number): Promise<void>;

  mails(filter?: { to?: string; messageId?: string }): Promise<MailSummary[]>;
  mail(id: number): Promise<MailContent>;
  clearMail(): Promise<void>;

  /** By charge or PaymentIntent. */
  dispute(id: string, options?: { reason?: string; inquiry?: boolean }): Promise<Stripe.Dispute>;
  endDispute(id: string, status: 'won' | 'lost' | 'warning_closed'): Promise<Stripe.Dispute>;
  /** An inquiry becomes a chargeback. */
  escalateInquiry(id: string): Promise<Stripe.Dispute>;
  /** As Stripe does after a day. */
  forgetKeys(): Promise<void>;
  earlyFraudWarning(id: string): Promise<Stripe.Radar.EarlyFraudWarning>;
  review(id: string): Promise<Stripe.Review>;
  expireAuthorisation(paymentIntent: string): Promise<Stripe.PaymentIntent>;
  /** Changes the amounts of a payment that went through, in minor units, without telling anybody. */
  alterPayment(
    paymentIntent: string,
    amounts: { amount?: number; captured?: number; refunded?: number },
  ): Promise<Stripe.PaymentIntent>;
  /** Answers 3D Secure for the buyer. */
  authenticate(paymentIntent: string, approve: boolean): Promise<PaymentAttempt>;
  /** Pays on the hosted page for the buyer. */
  payCheckout(session: string, card?: string): Promise<PaymentAttempt>;
}

const POLL_MS = 15;

function client(webUrl: string) {
  const call = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    // Not `fetch`, which takes the processor several times as long: this client stands beside what is measured.
    const response = await request(new URL(`/_sandbox/${path}`, webUrl), {
      method,
      ...(method === 'GET'
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
    });
    const answer = (await response.body.json()) as T & { error?: string };
    if (response.statusCode >= 300)
      throw new Error(`The sandbox refuses ${method} ${path}: ${answer.error ?? response.statusCode}`);
    return answer;
  };
  return {
    get: <T>(path: string): Promise<T> => call<T>('GET', path),
    post: <T>(path: string, body?: object): Promise<T> => call<T>('POST', path, body),
    tell: async (path: string, body?: object): Promise<void> => {
      await call('POST', path, body);
    },
  };
}

/** A client of the control API of the sandbox whose pages are at `webUrl`. */
export function createControl(webUrl: string): Control {
  const { get, post, tell } = client(webUrl);
  const webhooks: Control['webhooks'] = () => get('webhooks');
  return {
    ledger: () => get('ledger'),
    reset: () => tell('reset'),
    settle: () => post('settle'),
    fault: (fault) => tell('faults', fault),
    faults: () => get('faults'),
    clearFaults: () => tell('faults/clear'),
    webhooks,
    webhookMode: (mode, options = {}) => tell('webhooks', { mode, ...options }),
    releaseWebhooks: (order = 'sent', options = {}) => post('webhooks/release', { order, ...options }),
    resend: (event) => tell('webhooks/resend', { event }),
    webhookAddresses: (addresses) => tell('webhooks/addresses', addresses),
    webhooksDelivered: (withinMs = 10_000) => delivered(webhooks, withinMs),
    parcels: () => get('parcels'),
    advanceParcel: (trackingNumber, status, more = {}) =>
      post('parcels/advance', {
        tracking_number: trackingNumber,
        ...(status === undefined ? {} : { status }),
        ...more,
      }),
    autoAdvance: (seconds) => tell('auto-advance', { seconds }),
    mails: ({ to, messageId } = {}) => {
      const query = new URLSearchParams();
      if (to !== undefined) query.set('to', to);
      if (messageId !== undefined) query.set('message_id', messageId);
      return get(`mail?${query.toString()}`);
    },
    mail: (id) => get(`mail/${id}`),
    clearMail: () => tell('mail/clear'),
    dispute: (id, options = {}) => post(`charges/${id}/dispute`, options),
    endDispute: (id, status) => post(`disputes/${id}/end`, { status }),
    escalateInquiry: (id) => post(`disputes/${id}/escalate`),
    forgetKeys: () => post('idempotency-keys/forget'),
    earlyFraudWarning: (id) => post(`charges/${id}/early-fraud-warning`),
    review: (id) => post(`charges/${id}/review`),
    expireAuthorisation: (id) => post(`payment-intents/${id}/expire`),
    alterPayment: (id, amounts) => post(`payment-intents/${id}/alter`, amounts),
    authenticate: (id, approve) => post(`payment-intents/${id}/authenticate`, { approve }),
    payCheckout: (session, card = 'pm_card_visa') => post(`checkout/${session}/pay`, { card }),
  };
}

async function delivered(webhooks: Control['webhooks'], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { stripe, shippo, deliveries } = await webhooks();
    if (stripe.pending + shippo.pending === 0) return;
    if (Date.now() > deadline) {
      const late = deliveries.filter(({ state }) => state === 'pending').map(({ type, url }) => `${type} to ${url}`);
      throw new Error(`Webhooks still under way after ${withinMs} ms: ${late.join(', ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
