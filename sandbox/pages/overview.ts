import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { html } from './html.ts';
import { action, page } from './layout.ts';

export async function overviewPage(parts: Parts): Promise<Answer> {
  const { stripe, shippo, addresses } = parts;
  const seconds = shippo.settings.autoAdvanceSeconds;
  const counts: readonly (readonly [string, string, number])[] = [
    ['/payments', 'payments', stripe.store.paymentIntents.size],
    ['/payments', 'disputes', stripe.store.disputes.size],
    ['/parcels', 'parcels', shippo.store.tracks.size],
    ['/mail', 'mails', parts.inbox.size],
    ['/webhooks', 'events', stripe.store.events.size],
    ['/faults', 'faults armed', parts.faults.list().length],
  ];
  const body = html`<p>This process imitates Stripe, Shippo and a mail server, for development and tests only.</p>
<div class="card"><dl>${counts.map(([path, name, count]) => html`<dt><a href="${path}">${name}</a></dt><dd>${count}</dd>`)}</dl></div>
<h2>Parcels that move by themselves</h2>
<p>${seconds > 0 ? html`Each parcel takes a step every <strong>${seconds} s</strong>.` : 'Off: parcels move only when told to.'}</p>
<form method="post" action="/_sandbox/auto-advance">
<label>Seconds a step (0 is off) <input name="seconds" type="number" min="0" step="0.1" value="${seconds}" required></label>
<button>Set</button></form>
<h2>Webhooks go to</h2>
<dl><dt>Stripe</dt><dd><code>${addresses.stripeWebhookUrl ?? 'nowhere'}</code></dd>
<dt>Shippo</dt><dd><code>${addresses.shippoWebhookUrl?.replace(/token=[^&]*/, 'token=…') ?? 'nowhere'}</code></dd></dl>
<h2>Time</h2>
<p class="hint">Pending refunds, disputes under review, queued labels and label refunds settle by themselves after a moment.</p>
${action('/_sandbox/settle', 'Settle them now')}
<h2>Begin anew</h2>
${action('/_sandbox/reset', 'Forget everything')}`;
  return page('Overview', '/', body);
}
