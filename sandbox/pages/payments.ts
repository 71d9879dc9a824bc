import type Stripe from 'stripe';
import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { refundedOf } from '../stripe/refunds.ts';
import { type Html, html } from './html.ts';
import { action, money, page, table, unixTime } from './layout.ts';

const SHOWN = 200;

const described = (metadata: Stripe.Metadata): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');

export function paymentsPage(parts: Parts): Answer {
  const { store } = parts.stripe;
  const intents = [...store.paymentIntents.values()].reverse().slice(0, SHOWN);
  const rows = intents.map((intent) => {
    const charge = store.charges.get(String(intent.latest_charge));
    return [
      unixTime(intent.created),
      html`<a href="/payments/${intent.id}"><code>${intent.id}</code></a>`,
      intent.status,
      money(intent.amount, intent.currency),
      money(intent.amount_received, intent.currency),
      money(charge === undefined ? 0 : refundedOf(charge), intent.currency),
      described(intent.metadata),
    ];
  });
  const sessions = [...store.checkoutSessions.values()].filter((session) => session.status === 'open').reverse();
  const open = sessions
    .slice(0, SHOWN)
    .map((session) => [
      html`<a href="/checkout/${session.id}"><code>${session.id}</code></a>`,
      money(session.amount_total ?? 0, session.currency ?? 'usd'),
      described(session.metadata ?? {}),
    ]);
  const body = html`${table(['Time', 'PaymentIntent', 'Status', 'Amount', 'Captured', 'Refunded', 'Metadata'], rows, 'No payments yet.')}
<h2>Checkout pages waiting for a buyer</h2>${table(['Session', 'Amount', 'Metadata'], open, 'None.')}`;
  return page('Payments', '/payments', body, 10);
}

function disputeActions(dispute: Stripe.Dispute): Html {
  if (['won', 'lost', 'warning_closed'].includes(dispute.status)) return html``;
  const end = `/_sandbox/disputes/${dispute.id}/end`;
  if (dispute.status.startsWith('warning')) {
    const escalate = `/_sandbox/disputes/${dispute.id}/escalate`;
    return html`${action(end, 'Close the inquiry', { status: 'warning_closed' })}${action(escalate, 'Becomes a dispute')}`;
  }
  return html`${action(end, 'Decide: won', { status: 'won' })}${action(end, 'Decide: lost', { status: 'lost' })}`;
}

function chargeActions(intent: Stripe.PaymentIntent, charge: Stripe.Charge | undefined): Html {
  const on = `/_sandbox/charges/${intent.id}`;
  const captured = charge?.status === 'succeeded' && charge.captured && !charge.disputed;
  return html`${
    captured
      ? html`${action(`${on}/dispute`, 'Dispute as fraudulent', { reason: 'fraudulent' })}
${action(`${on}/dispute`, 'Dispute: not received', { reason: 'product_not_received' })}
${action(`${on}/dispute`, 'Inquiry', { inquiry: 'true' })}`
      : ''
  }
${charge?.status === 'succeeded' ? action(`${on}/early-fraud-warning`, 'Early fraud warning') : ''}
${charge?.status === 'succeeded' && charge.review === null ? action(`${on}/review`, 'Put in review') : ''}
${intent.status === 'requires_capture' ? action(`/_sandbox/payment-intents/${intent.id}/expire`, 'Let the authorisation expire') : ''}
${intent.status === 'requires_action' ? html`<a href="/authenticate/${intent.id}">3D Secure page</a>` : ''}`;
}

export function paymentPage(parts: Parts, id: string): Answer | undefined {
  const { store } = parts.stripe;
  const intent = store.paymentIntents.get(id);
  if (intent === undefined) return undefined;
  const charge = store.charges.get(String(intent.latest_charge));
  const refunds = [...store.refunds.values()].filter((refund) => refund.payment_intent === id);
  const disputes = [...store.disputes.values()].filter((dispute) => dispute.payment_intent === id);
  const events = [...store.events.values()].filter(
    (event) => event.objectId === id || event.objectId === charge?.id || event.payload.includes(id),
  );
  const outcome = charge?.outcome;
  const body = html`<dl>
<dt>Status</dt><dd>${intent.status}</dd>
<dt>Amount</dt><dd>${money(intent.amount, intent.currency)}</dd>
<dt>Held</dt><dd>${money(intent.amount_capturable, intent.currency)}</dd>
<dt>Captured</dt><dd>${money(intent.amount_received, intent.currency)}</dd>
<dt>Metadata</dt><dd>${described(intent.metadata) || 'none'}</dd>
<dt>Charge</dt><dd><code>${charge?.id ?? 'none'}</code></dd>
<dt>Outcome</dt><dd>${outcome === null || outcome === undefined ? 'none' : `${outcome.type}, risk ${outcome.risk_level ?? 'unknown'} (${outcome.risk_score ?? '?'})`}</dd>
<dt>Last error</dt><dd>${intent.last_payment_error?.message ?? 'none'}</dd></dl>
<h2>Make something happen</h2><p>${chargeActions(intent, charge)}</p>
<h2>Refunds</h2>${table(
    ['Refund', 'Amount', 'Status', 'Reason'],
    refunds.map((refund) => [
      html`<code>${refund.id}</code>`,
      money(refund.amount, refund.currency),
      refund.status ?? '',
      refund.reason ?? '',
    ]),
    'None.',
  )}
<h2>Disputes</h2>${table(
    ['Dispute', 'Amount', 'Status', 'Reason', ''],
    disputes.map((dispute) => [
      html`<code>${dispute.id}</code>`,
      money(dispute.amount, dispute.currency),
      dispute.status,
      dispute.reason,
      disputeActions(dispute),
    ]),
    'None.',
  )}
<h2>Events</h2>${table(
    ['Time', 'Event', 'Type', ''],
    events.map((event) => [
      unixTime(event.created),
      html`<code>${event.id}</code>`,
      event.type,
      action('/_sandbox/webhooks/resend', 'Send again', { event: event.id }),
    ]),
    'None.',
  )}`;
  return page(id, '/payments', body);
}
