import { parcels } from '../control/parcels.ts';
import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { parcelKey } from '../shippo/tracks.ts';
import { type Html, html } from './html.ts';
import { action, page, table, time } from './layout.ts';

const SHOWN = 200;
const STATUSES = ['TRANSIT', 'DELIVERED', 'RETURNED', 'FAILURE'] as const;

const move = (carrier: string, number: string, status: string): Html =>
  action('/_sandbox/parcels/advance', status.toLowerCase(), { carrier, tracking_number: number, status });

export function parcelsPage(parts: Parts): Answer {
  const rows = parcels(parts)
    .slice(0, SHOWN)
    .map((parcel) => [
      html`<a href="/parcels/${parcel.carrier}/${encodeURIComponent(parcel.tracking_number)}"><code>${parcel.tracking_number}</code></a>`,
      parcel.carrier,
      parcel.status,
      time(parcel.status_date),
      parcel.metadata,
      parcel.next === null ? '' : move(parcel.carrier, parcel.tracking_number, parcel.next),
    ]);
  const body = table(['Tracking number', 'Carrier', 'Status', 'Since', 'Metadata', 'Next'], rows, 'No parcels yet.');
  return page('Parcels', '/parcels', body, 10);
}

/** Where the tracking link of a label leads. */
export function parcelPage(parts: Parts, carrier: string, number: string): Answer | undefined {
  const track = parts.shippo.store.tracks.get(parcelKey(carrier, number));
  if (track === undefined) return undefined;
  const label = track.transaction ? parts.shippo.store.labels.get(track.transaction) : undefined;
  const history = track.tracking_history
    .toReversed()
    .map((step) => [
      time(step.status_date ?? ''),
      step.status,
      step.status_details,
      [step.location?.city, step.location?.country].filter(Boolean).join(', '),
    ]);
  const body = html`<dl><dt>Carrier</dt><dd>${track.carrier}</dd><dt>Metadata</dt><dd>${track.metadata || 'none'}</dd>
<dt>Label</dt><dd>${
    label === undefined
      ? 'not bought here'
      : html`<a href="${label.transaction.label_url ?? ''}">PDF</a>, ${label.transaction.status ?? ''}`
  }</dd></dl>
<h2>Move it</h2>${STATUSES.map((status) => move(track.carrier, track.tracking_number, status))}
<form method="post" action="/_sandbox/parcels/advance">
<input type="hidden" name="carrier" value="${track.carrier}"><input type="hidden" name="tracking_number" value="${track.tracking_number}">
<label>Any other status <input name="status" required placeholder="CUSTOMS_HOLD"></label><label>Details <input name="details"></label>
<button>Send</button></form>
<h2>History</h2>${table(['Time', 'Status', 'Details', 'Place'], history, 'Nothing yet.')}`;
  return page(`Parcel ${number}`, '/parcels', body);
}
