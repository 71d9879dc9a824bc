import type { OrderRecord } from '../../db/order-reader.ts';
import type { EmailKind } from '../../domain/email-kinds.ts';
import type { Fulfilment, Order, Payment } from '../../domain/order.ts';
import type { EmailInput } from '../parts.ts';
import { laterOf } from './later.ts';
import { type SampleLanguage, sampleOrder } from './order.ts';

/** Every mail to a buyer, made from a fictitious order. */

export type Sample = { readonly title: string; readonly kind: EmailKind; readonly input: EmailInput };

const NOTHING_CAPTURED: Partial<Payment> = { captured: 0, authorized: 0 };

/** Every kind of mail at a typical moment, and every stage of a delay. */
export function samplesIn(language: SampleLanguage, store: EmailInput['store']): Sample[] {
  const paid = sampleOrder(language);
  const [sent = null, waiting = null] = paid.order.fulfilments;
  const preview = (title: string, kind: EmailKind, record: OrderRecord, rest: Partial<EmailInput> = {}): Sample => ({
    title,
    kind,
    input: { record, store, fulfilment: null, ...rest },
  });
  const declined = sampleOrder(language, {
    ...NOTHING_CAPTURED,
    status: 'failed',
    failure: { code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
    nextAction: { type: 'redirect', url: 'https://pay.example/checkout/preview' },
  });
  const released = sampleOrder(language, { status: 'voided', captured: 0 });
  return [
    preview('confirmation', 'confirmation', paid),
    preview('payment_failed', 'payment_failed', inStatus(declined, 'pending')),
    preview('shipped', 'shipped', paid, { fulfilment: sent }),
    preview('delivered', 'delivered', inStatus(paid, 'delivered')),
    preview('cancelled', 'cancelled', inStatus(released, 'cancelled'), { reason: CHANGED_MIND[language] }),
    preview('delay, not shipped', 'delay', paid, { fulfilment: waiting, stage: 'ship' }),
    preview('delay, stands still', 'delay', paid, { fulfilment: sent, stage: 'stall' }),
    preview('delay, not delivered', 'delay', paid, { fulfilment: sent, stage: 'deliver' }),
    preview('reshipped', 'reshipped', paid, { fulfilment: sent }),
    ...laterOf(paid, language).map(({ title, kind, input }) => preview(title, kind, paid, input)),
  ];
}

const CHANGED_MIND: Readonly<Record<SampleLanguage, string>> = {
  en: 'Changed my mind',
  'pt-BR': 'Mudei de ideia',
};

function inStatus(record: OrderRecord, status: Order['status']): OrderRecord {
  const undone = status === 'cancelled' || status === 'pending';
  const fulfilments: readonly Fulfilment[] = undone ? [] : record.order.fulfilments;
  return { ...record, order: { ...record.order, status, fulfilments } };
}
