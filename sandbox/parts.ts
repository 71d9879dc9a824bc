import { appendFileSync } from 'node:fs';
import type { Agenda } from './agenda.ts';
import type { Observer } from './exchange.ts';
import { Faults } from './faults.ts';
import { Inbox } from './mail/inbox.ts';
import { type Addresses, isWanted, shippoDispatcher, stripeDispatcher } from './notifications.ts';
import type { SandboxOptions } from './options.ts';
import { ShippoApi } from './shippo/api.ts';
import { LABEL_REFUND, onLabelRefundDue } from './shippo/refunds.ts';
import { ShippoStore } from './shippo/store.ts';
import { ADVANCE, onAdvanceDue } from './shippo/tracks.ts';
import { onPurchaseDue, PURCHASE } from './shippo/transactions.ts';
import { registeredUrls } from './shippo/webhook-registrations.ts';
import type { ShippoWorld } from './shippo/world.ts';
import { StripeApi } from './stripe/api.ts';
import { BOOKING, onBookingDue } from './stripe/charges.ts';
import { onSessionDue } from './stripe/checkout-payment.ts';
import { SESSION_EXPIRES } from './stripe/checkout-sessions.ts';
import { DISPUTE_DECIDED, onDisputeDue } from './stripe/disputes.ts';
import { onRefundDue, REFUND_SETTLES } from './stripe/refunds.ts';
import { StripeStore } from './stripe/store.ts';
import type { StripeWorld } from './stripe/world.ts';
import type { Dispatcher } from './webhooks.ts';

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
  readonly addresses: Addresses;
  readonly changed: () => void;
}

/** Filled in once the servers listen. */
export interface Urls {
  shippo: string;
  web: string;
}

const SEVEN_DAYS = 7 * 86_400;

export function buildParts(options: SandboxOptions, urls: Urls, changed: () => void, agenda: Agenda): Parts {
  const faults = new Faults();
  const addresses: Addresses = {
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
      wants: (type) => addresses.stripeWebhookUrl !== undefined && isWanted(type, options.stripeWebhookEvents),
      send: (message) => {
        if (isWanted(message.type, options.stripeWebhookEvents)) stripeWebhooks.send(message);
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

function observer(options: SandboxOptions): Observer | undefined {
  const { recordFile, onExchange } = options;
  if (recordFile === undefined) return onExchange;
  return (exchange) => {
    appendFileSync(recordFile, `${JSON.stringify(exchange)}\n`);
    onExchange?.(exchange);
  };
}

/** What happens by itself when its time has come. */
export function runAgenda(parts: Parts): void {
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
