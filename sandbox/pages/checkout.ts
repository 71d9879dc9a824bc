import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { TEST_CARDS } from '../stripe/test-cards.ts';
import { html } from './html.ts';
import { buyerPage, money } from './layout.ts';

/** The hosted payment page: instead of card numbers it offers Stripe's test cards by what they do. */
export function checkoutPage(parts: Parts, id: string): Answer | undefined {
  const { store } = parts.stripe;
  const session = store.checkoutSessions.get(id);
  if (session === undefined) return undefined;
  if (session.status !== 'open') {
    return buyerPage('This page is closed', html`<p>The checkout is ${session.status ?? 'over'}.</p>`);
  }
  const currency = session.currency ?? 'usd';
  const intent = store.paymentIntents.get(String(session.payment_intent));
  const error = intent?.last_payment_error?.message;
  const lines = (store.lineItems.get(id) ?? []).map(
    (item) =>
      html`<tr><td>${item.quantity ?? 1} × ${item.description ?? ''}</td><td class="number">${money(item.amount_total, currency)}</td></tr>`,
  );
  const cards = Object.entries(TEST_CARDS).map(
    ([name, card]) => html`<option value="${name}">${card.label} (•••• ${card.last4})</option>`,
  );
  const body = html`<p class="hint">Stripe Checkout, imitated. No real card is asked for.</p>
<div class="card"><table><tbody>${lines}<tr><th scope="row">Total</th><td class="number"><strong>${money(session.amount_total ?? 0, currency)}</strong></td></tr></tbody></table></div>
${error === undefined ? '' : html`<p class="bad" role="alert">${error}</p>`}
<form method="post" action="/_sandbox/checkout/${id}/pay"><label>Test card <select name="card">${cards}</select></label>
<button class="primary">Pay ${money(session.amount_total ?? 0, currency)}</button>
${session.cancel_url === null ? '' : html`<a href="${session.cancel_url.replaceAll('{CHECKOUT_SESSION_ID}', id)}">Cancel and go back</a>`}</form>`;
  return buyerPage('Pay', body);
}

/** The bank's page of 3D Secure. */
export function authenticationPage(parts: Parts, id: string): Answer | undefined {
  const intent = parts.stripe.store.paymentIntents.get(id);
  if (intent === undefined) return undefined;
  if (intent.status !== 'requires_action') {
    return buyerPage('Nothing to confirm', html`<p>This payment's status is ${intent.status}.</p>`);
  }
  const path = `/_sandbox/payment-intents/${id}/authenticate`;
  const body = html`<p>Your bank asks: do you approve this payment of <strong>${money(intent.amount, intent.currency)}</strong>?</p>
<form method="post" action="${path}"><button class="primary" name="approve" value="true">Approve</button>
<button name="approve" value="false">Deny</button></form>`;
  return buyerPage('3D Secure', body);
}
