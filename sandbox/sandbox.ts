import { createHmac } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import Stripe from 'stripe';
import { Agenda } from './agenda.ts';
import { Faults } from './faults.ts';
import { type Listener, listen } from './http/server.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { Inbox } from './mail/inbox.ts';
import { listenSmtp } from './mail/smtp.ts';
import { ShippoApi } from './shippo/api.ts';
import { LABEL_REFUND, onLabelRefundDue } from './shippo/refunds.ts';
import { ShippoStore } from './shippo/store.ts';
import { ADVANCE, onAdvanceDue } from './shippo/tracks.ts';
import { onPurchaseDue, PURCHASE } from './shippo/transactions.ts';
import { registeredUrls } from './shippo/webhook-registrations.ts';
import type { ShippoWorld } from './shippo/world.ts';
import { Snapshot } from './snapshot.ts';
import { type Exchange, StripeApi } from './stripe/api.ts';
import { sweepAuthorisations } from './stripe/capture.ts';
import { BOOKING, onBookingDue } from './stripe/charges.ts';
import { onSessionDue } from './stripe/checkout-payment.ts';
import { SESSION_EXPIRES } from './stripe/checkout-sessions.ts';
import { DISPUTE_DECIDED, onDisputeDue } from './stripe/disputes.ts';
import { onRefundDue, REFUND_SETTLES } from './stripe/refunds.ts';
import { StripeStore } from './stripe/store.ts';
import type { StripeWorld } from './stripe/world.ts';
import { Web } from './web.ts';
import { Dispatcher } from './webhooks.ts';

export type { Exchange } from './stripe/api.ts';

export interface SandboxOptions {
  /** Ports on 127.0.0.1; 0, the default, takes a free one. */
  readonly stripePort?: number | undefined;
  readonly shippoPort?: number | undefined;
  readonly smtpPort?: number | undefined;
  /** Pages for people and the control API. */
  readonly webPort?: number | undefined;
  /** Where events are sent; without it they can only be listed. Can be set later, see {@link Sandbox.setWebhooks}. */
  readonly stripeWebhookUrl?: string | undefined;
  readonly stripeWebhookSecret?: string | undefined;
  /** The event types the address asked for, as a real endpoint has them; `*` at the end stands for any. Default all. */
  readonly stripeWebhookEvents?: readonly string[] | undefined;
  /** Carries the address's own `?token=…`. */
  readonly shippoWebhookUrl?: string | undefined;
  /** Signs notifications with `Shippo-Auth-Signature`, which a shop must ask Shippo for. */
  readonly shippoWebhookSecret?: string | undefined;
  /** Parcels move one step each time this has passed; 0, the default, is off. */
  readonly autoAdvanceSeconds?: number | undefined;
  /** How long pending refunds, disputes under review and queued purchases take. Default 1. */
  readonly settleSeconds?: number | undefined;
  /** How long an authorisation holds. Default seven days. */
  readonly authorisationSeconds?: number | undefined;
  /** Keeps everything in this file over a restart. */
  readonly stateFile?: string | undefined;
  /** Appends every exchange with the imitated vendors to this file, one JSON object a line. */
  readonly recordFile?: string | undefined;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

export interface WebhookAddresses {
  readonly stripeWebhookUrl?: string | undefined;
  readonly stripeWebhookSecret?: string | undefined;
  readonly shippoWebhookUrl?: string | undefined;
  readonly shippoWebhookSecret?: string | undefined;
}

export interface Sandbox {
  readonly stripeUrl: string;
  readonly shippoUrl: string;
  /** `smtp://127.0.0.1:PORT` */
  readonly smtpUrl: string;
  readonly webUrl: string;
  ledger(): Promise<Ledger>;
  /** Changes where notifications go, for a server that knows its address only after the sandbox has started. */
  setWebhooks(addresses: WebhookAddresses): void;
  stop(): Promise<void>;
}

/** The parts of a running sandbox that the control API and the pages work on. */
export interface Parts {
  readonly stripe: StripeWorld;
  readonly shippo: ShippoWorld;
  readonly inbox: Inbox;
  readonly faults: Faults;
  readonly agenda: Agenda;
  readonly stripeWebhooks: Dispatcher;
  readonly shippoWebhooks: Dispatcher;
  readonly stripeApi: StripeApi;
  readonly shippoApi: ShippoApi;
  readonly addresses: { -readonly [K in keyof WebhookAddresses]: WebhookAddresses[K] };
  readonly changed: () => void;
}

const SEVEN_DAYS = 7 * 86_400;
const SWEEP_MS = 1_000;

const matches = (type: string, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined ||
  wanted.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type));

const given = (url: string | undefined): string[] => (url === undefined ? [] : [url]);

/** Stripe tries for days; the sandbox for about ten minutes, which outlasts any restart of what it notifies. */
function stripeDispatcher(addresses: Parts['addresses']): Dispatcher {
  const signer = new Stripe('sk_test_sandbox');
  return new Dispatcher({
    urls: () => given(addresses.stripeWebhookUrl),
    sign: (payload) => ({
      'stripe-signature': signer.webhooks.generateTestHeaderString({
        payload,
        secret: addresses.stripeWebhookSecret ?? 'whsec_sandbox',
      }),
    }),
    retryAfterSeconds: [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 60, 60, 120, 120, 120],
    retriesOn: () => true,
    timeoutMs: 10_000,
  });
}

/** Shippo waits three seconds and tries twice more, and only where that may help; then only polling finds out. */
function shippoDispatcher(addresses: Parts['addresses'], registered: (type: string) => readonly string[]): Dispatcher {
  return new Dispatcher({
    urls: (type) => [...(type === 'track_updated' ? given(addresses.shippoWebhookUrl) : []), ...registered(type)],
    sign: (body): Record<string, string> => {
      const secret = addresses.shippoWebhookSecret;
      if (secret === undefined) return {};
      const time = Math.floor(Date.now() / 1000);
      const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
      return { 'shippo-auth-signature': `t=${time},v1=${mac}` };
    },
    retryAfterSeconds: [1, 3],
    retriesOn: (status) => status === 408 || status === 429 || status >= 500,
    timeoutMs: 3_000,
  });
}

interface Urls {
  shippo: string;
  web: string;
}

function build(options: SandboxOptions, urls: Urls, changed: () => void, agenda: Agenda): Parts {
  const faults = new Faults();
  const addresses: Parts['addresses'] = {
    stripeWebhookUrl: options.stripeWebhookUrl,
    stripeWebhookSecret: options.stripeWebhookSecret,
    shippoWebhookUrl: options.shippoWebhookUrl,
    shippoWebhookSecret: options.shippoWebhookSecret,
  };
  const settleSeconds = options.settleSeconds ?? 1;
  const stripeWebhooks = stripeDispatcher(addresses);
  const stripe: StripeWorld = {
    store: new StripeStore(),
    agenda,
    settings: { settleSeconds, authorisationSeconds: options.authorisationSeconds ?? SEVEN_DAYS },
    webUrl: () => urls.web,
    webhooks: {
      wants: (type) => addresses.stripeWebhookUrl !== undefined && matches(type, options.stripeWebhookEvents),
      send: (message) => {
        if (matches(message.type, options.stripeWebhookEvents)) stripeWebhooks.send(message);
      },
    },
    request: null,
  };
  const shippoWebhooks: Dispatcher = shippoDispatcher(addresses, (type) => registeredUrls(shippo, type));
  const shippo: ShippoWorld = {
    store: new ShippoStore(),
    agenda,
    settings: { autoAdvanceSeconds: options.autoAdvanceSeconds ?? 0, settleSeconds },
    shippoUrl: () => urls.shippo,
    webUrl: () => urls.web,
    webhooks: shippoWebhooks,
  };
  const observe = observer(options);
  return {
    stripe,
    shippo,
    inbox: new Inbox(),
    faults,
    agenda,
    stripeWebhooks,
    shippoWebhooks,
    stripeApi: new StripeApi(stripe, faults, changed, observe),
    shippoApi: new ShippoApi(shippo, faults, changed, observe),
    addresses,
    changed,
  };
}

function observer(options: SandboxOptions): ((exchange: Exchange) => void) | undefined {
  const { recordFile, onExchange } = options;
  if (recordFile === undefined) return onExchange;
  return (exchange) => {
    appendFileSync(recordFile, `${JSON.stringify(exchange)}\n`);
    onExchange?.(exchange);
  };
}

function runAgenda(parts: Parts): void {
  const on = (kind: string, run: (ref: string) => void): void =>
    parts.agenda.on(kind, (ref) => {
      run(ref);
      parts.changed();
    });
  on(BOOKING, (id) => onBookingDue(parts.stripe, id));
  on(REFUND_SETTLES, (id) => onRefundDue(parts.stripe, id));
  on(DISPUTE_DECIDED, (id) => onDisputeDue(parts.stripe, id));
  on(SESSION_EXPIRES, (id) => onSessionDue(parts.stripe, id));
  on(PURCHASE, (id) => onPurchaseDue(parts.shippo, id));
  on(LABEL_REFUND, (id) => onLabelRefundDue(parts.shippo, id));
  on(ADVANCE, (key) => onAdvanceDue(parts.shippo, key));
}

/**
 * Starts the imitated vendors on 127.0.0.1. Rejects, with everything closed again, when a port is taken or the state file
 * cannot be read.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The sandbox must not run with NODE_ENV=production.');
  const urls: Urls = { shippo: '', web: '' };
  const agenda = new Agenda();
  const snapshot = new Snapshot(options.stateFile, () => ({
    version: 1,
    stripe: parts.stripe.store.dump(),
    shippo: parts.shippo.store.dump(),
    mails: parts.inbox.dump(),
    agenda: agenda.dump(),
  }));
  const parts = build(options, urls, () => snapshot.changed(), agenda);
  const saved = snapshot.read();
  const opened: Pick<Listener, 'stop'>[] = [];
  const open = async <T extends Pick<Listener, 'stop'>>(listening: Promise<T>): Promise<T> => {
    const listener = await listening;
    opened.push(listener);
    return listener;
  };
  const sweep = setInterval(() => sweepAuthorisations(parts.stripe), SWEEP_MS);
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    agenda.stop();
    parts.stripeWebhooks.stop();
    parts.shippoWebhooks.stop();
    await Promise.all(opened.map((listener) => listener.stop()));
  };
  try {
    const stripe = await open(listen(options.stripePort ?? 0, (call) => parts.stripeApi.respond(call)));
    const shippo = await open(listen(options.shippoPort ?? 0, (call) => parts.shippoApi.respond(call)));
    const smtp = await open(listenSmtp(options.smtpPort ?? 0, parts.inbox, parts.faults, parts.changed));
    const pages = new Web(parts);
    const web = await open(listen(options.webPort ?? 0, (call) => pages.respond(call)));
    urls.shippo = shippo.url;
    urls.web = web.url;
    runAgenda(parts);
    if (saved !== undefined) {
      parts.stripe.store.load(saved.stripe);
      parts.shippo.store.load(saved.shippo);
      parts.inbox.load(saved.mails);
      agenda.load(saved.agenda);
    }
    return {
      stripeUrl: stripe.url,
      shippoUrl: shippo.url,
      smtpUrl: smtp.url,
      webUrl: urls.web,
      ledger: () => ledgerOf(parts.stripe.store, parts.shippo.store, parts.inbox),
      setWebhooks: (addresses) => Object.assign(parts.addresses, addresses),
      stop: async () => {
        await close();
        snapshot.stop();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
