import { shippoId } from '../ids.ts';
import { type Fields, textOf } from './addresses.ts';
import { invalidField, missingField, notFound } from './errors.ts';
import { parcelKey } from './tracks.ts';
import { requireLabel } from './transactions.ts';
import type { WireRefund } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

export const LABEL_REFUND = 'shippo.refund';

/** Voids an unused label. The carrier decides later: refused when it has the parcel by then. */
export function createLabelRefund(world: ShippoWorld, fields: Fields): WireRefund {
  const id = textOf(fields, 'transaction');
  if (id === '') throw missingField('transaction');
  const label = requireLabel(world, id);
  if (label.transaction.status !== 'SUCCESS') {
    throw invalidField(
      'transaction',
      `The transaction's status is ${String(label.transaction.status)}: nothing to refund.`,
    );
  }
  const refund: WireRefund = {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    status: fields['async'] === false ? 'PENDING' : 'QUEUED',
    transaction: id,
    test: true,
  };
  world.store.refunds.set(String(refund.object_id), refund);
  label.transaction.status = 'REFUNDPENDING';
  label.valid = false;
  world.agenda.add(LABEL_REFUND, String(refund.object_id), world.settings.settleSeconds);
  return { ...refund };
}

/** The carrier refuses at once, as for a label that is too old. */
export function refusedLabelRefund(world: ShippoWorld, fields: Fields): WireRefund {
  const refund: WireRefund = { ...createLabelRefund(world, fields), status: 'ERROR' };
  const label = requireLabel(world, String(refund.transaction));
  label.transaction.status = 'REFUNDREJECTED';
  label.valid = true;
  world.store.refunds.set(String(refund.object_id), refund);
  return { ...refund };
}

export function onLabelRefundDue(world: ShippoWorld, id: string): void {
  const refund = world.store.refunds.get(id);
  const label = refund === undefined ? undefined : world.store.labels.get(String(refund.transaction));
  if (refund === undefined || label === undefined || refund.status === 'ERROR') return;
  const track = world.store.tracks.get(parcelKey(label.carrier, String(label.transaction.tracking_number)));
  const used = !['PRE_TRANSIT', 'UNKNOWN'].includes(track?.tracking_status?.status ?? 'UNKNOWN');
  refund.status = used ? 'ERROR' : 'SUCCESS';
  refund.object_updated = isoNow();
  label.transaction.status = used ? 'REFUNDREJECTED' : 'REFUNDED';
  label.valid = used;
}

export function requireLabelRefund(world: ShippoWorld, id: string): WireRefund {
  const refund = world.store.refunds.get(id);
  if (refund === undefined) throw notFound();
  return refund;
}

export const listLabelRefunds = (world: ShippoWorld) => ({
  next: null,
  previous: null,
  results: [...world.store.refunds.values()].reverse(),
});
