import { deliveries, status } from '../control/webhooks.ts';
import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { RELEASE_ORDERS, WEBHOOK_MODES } from '../webhooks.ts';
import { type Html, html } from './html.ts';
import { action, page, table, time } from './layout.ts';

const SHOWN = 200;

const choice = (name: string, values: readonly string[], current?: string): Html =>
  html`<select name="${name}">${values.map((value) => html`<option ${value === current ? html`selected` : ''}>${value}</option>`)}</select>`;

export function webhooksPage(parts: Parts): Answer {
  const now = status(parts);
  const rows = deliveries(parts)
    .slice(0, SHOWN)
    .map((delivery) => [
      time(delivery.created),
      delivery.type,
      html`<code>${delivery.object_id}</code>`,
      html`<span class="${delivery.state === 'delivered' ? 'good' : delivery.state === 'failed' ? 'bad' : ''}">${delivery.state}</span>`,
      String(delivery.attempts),
      delivery.last_status === 0 ? delivery.last_error : String(delivery.last_status),
      delivery.message_id.startsWith('evt_')
        ? action('/_sandbox/webhooks/resend', 'Send again', { event: delivery.message_id })
        : '',
    ]);
  const line = (name: string, vendor: typeof now.stripe): Html =>
    html`<dt>${name}</dt><dd>${vendor.mode}${vendor.mode === 'duplicate' ? html`, ${vendor.copies} copies` : ''}; ${vendor.held} held, ${vendor.pending} under way</dd>`;
  const body = html`<dl>${line('Stripe', now.stripe)}${line('Shippo', now.shippo)}</dl>
<form method="post" action="/_sandbox/webhooks">
<label>Treat them as ${choice('mode', WEBHOOK_MODES, now.stripe.mode)}</label>
<label>Copies <input name="copies" type="number" min="1" max="100" value="${now.stripe.copies}"></label>
<label>Of ${choice('service', ['', 'stripe', 'shippo'])}</label><button>Set</button></form>
<form method="post" action="/_sandbox/webhooks/release"><label>Release what is held in this order ${choice('order', RELEASE_ORDERS)}</label>
<label>Seed <input name="seed" type="number" value="1"></label><button>Release</button></form>
<h2>Sent</h2>${table(['Time', 'Type', 'Object', 'State', 'Tries', 'Answer', ''], rows, 'None yet.')}`;
  return page('Webhooks', '/webhooks', body);
}
