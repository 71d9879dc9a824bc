import { randomInt } from 'node:crypto';
import { shippoId } from '../ids.ts';
import { type Fields, isDeliverable, textOf } from './addresses.ts';
import { carrierOf } from './carriers.ts';
import { invalidField, missingField, notFound } from './errors.ts';
import { requireRate } from './rates.ts';
import { wayOf } from './shipments.ts';
import type { Label } from './store.ts';
import { registerParcel } from './tracks.ts';
import type { WireRate, WireTransaction } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('');

/** A number that looks like the carrier's. */
function trackingNumber(carrier: string): string {
  if (carrier === 'usps') return `92055${digits(17)}`;
  if (carrier === 'ups') return `1Z${digits(16)}`;
  if (carrier === 'correios_br') return `SB${digits(9)}BR`;
  return digits(12);
}

export const PURCHASE = 'shippo.purchase';

function refusal(world: ShippoWorld, rate: WireRate): WireTransaction['messages'] {
  const shipment = world.store.shipments.get(rate.shipment);
  if (shipment === undefined || isDeliverable(wayOf(shipment).to)) return [];
  const text = 'Recipient address invalid: the street could not be found.';
  return [{ source: rate.provider, code: 'failed_address_validation', text }];
}

/**
 * Buys a label. The vendor has no idempotency: the same rate can be bought again and costs again. A purchase that fails is
 * answered 201 with status ERROR. `async: true`, the vendor's default, answers QUEUED and buys a moment later.
 */
export function createTransaction(world: ShippoWorld, fields: Fields): WireTransaction {
  const rateId = textOf(fields, 'rate');
  if (rateId === '') throw missingField('rate');
  const rate = world.store.rates.get(rateId);
  if (rate === undefined) throw invalidField('rate', `Rate with supplied object_id ${rateId} not found.`);
  const transaction = newTransaction(rate, fields);
  const label: Label = { transaction, rateId, carrier: carrierOf(rate.provider), valid: false };
  world.store.labels.set(String(transaction.object_id), label);
  if (fields['async'] === false) purchase(world, label);
  else world.agenda.add(PURCHASE, String(transaction.object_id), world.settings.settleSeconds);
  return { ...transaction };
}

function newTransaction(rate: WireRate, fields: Fields): WireTransaction {
  return {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    object_state: 'VALID',
    status: 'QUEUED',
    rate: rate.object_id,
    metadata: textOf(fields, 'metadata').slice(0, 100),
    label_file_type: textOf(fields, 'label_file_type') || 'PDF',
    label_url: '',
    commercial_invoice_url: null,
    messages: [],
    tracking_number: '',
    tracking_status: 'UNKNOWN',
    tracking_url_provider: '',
    eta: null,
    parcel: null,
    qr_code_url: null,
    created_by: null,
    test: true,
  };
}

/** A purchase that fails on purpose: what the fault `error` with status 201 stands for. */
export function failedTransaction(world: ShippoWorld, fields: Fields): WireTransaction {
  const rate = requireRate(world, textOf(fields, 'rate'));
  const messages = [{ source: rate.provider, code: 'carrier_unavailable', text: 'Injected by the sandbox.' }];
  return { ...newTransaction(rate, fields), status: 'ERROR', messages };
}

function purchase(world: ShippoWorld, label: Label): void {
  const { transaction } = label;
  const rate = requireRate(world, label.rateId);
  transaction.object_updated = isoNow();
  transaction.messages = refusal(world, rate) ?? [];
  if (transaction.messages.length > 0) {
    transaction.status = 'ERROR';
    return;
  }
  const number = trackingNumber(label.carrier);
  const shipment = world.store.shipments.get(rate.shipment);
  const eta = new Date(Date.now() + (rate.estimated_days ?? 5) * 86_400_000).toISOString();
  transaction.status = 'SUCCESS';
  transaction.tracking_number = number;
  transaction.tracking_status = 'PRE_TRANSIT';
  transaction.tracking_url_provider = `${world.webUrl()}/parcels/${label.carrier}/${number}`;
  transaction.label_url = `${world.shippoUrl()}/labels/${String(transaction.object_id)}.pdf`;
  transaction.parcel = shipment?.parcels[0]?.object_id ?? null;
  transaction.eta = eta;
  label.valid = true;
  registerParcel(world, {
    carrier: label.carrier,
    trackingNumber: number,
    metadata: transaction.metadata ?? '',
    status: 'PRE_TRANSIT',
    details: 'The carrier has been told about the parcel.',
    eta,
    shipment,
    rate,
    transaction: String(transaction.object_id),
  });
}

export function onPurchaseDue(world: ShippoWorld, id: string): void {
  const label = world.store.labels.get(id);
  if (label?.transaction.status === 'QUEUED') purchase(world, label);
}

export function requireLabel(world: ShippoWorld, id: string): Label {
  const label = world.store.labels.get(id);
  if (label === undefined) throw notFound();
  return label;
}

/** Newest first; `rate` is how a caller finds out whether a label was bought before the answer got lost. */
export function listTransactions(world: ShippoWorld, query: URLSearchParams) {
  const wanted = { rate: query.get('rate'), status: query.get('object_status'), track: query.get('tracking_status') };
  const size = Math.min(Math.max(Number(query.get('results')) || 25, 1), 200);
  const page = Math.max(Number(query.get('page')) || 1, 1);
  const found = [...world.store.labels.values()]
    .map((label) => label.transaction)
    .filter(
      (transaction) =>
        (wanted.rate === null || transaction.rate === wanted.rate) &&
        (wanted.status === null || transaction.status === wanted.status) &&
        (wanted.track === null || transaction.tracking_status === wanted.track),
    )
    .reverse();
  const link = (to: number): string => `${world.shippoUrl()}/transactions?page=${to}&results=${size}`;
  return {
    next: found.length > page * size ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results: found.slice((page - 1) * size, page * size),
  };
}
