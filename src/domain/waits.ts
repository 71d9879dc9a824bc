/**
 * What an order may wait for: a code for programs and translations, and the sentence about it for people. `{}` stands for the
 * subject. The sentence is what the record and the engine's Web UI keep, so each of them is said by one code only.
 */
export const WAITS = {
  /** Nothing that the one who asks is told of. */
  nothing: '',
  returns_and_disputes: 'nothing (returns and disputes can still arrive)',
  late_events: 'nothing (a late event can still arrive)',
  /** How buyers read of what staff do. */
  store: 'the store',
  payment: 'the payment',
  bank_transfer: 'the bank transfer (staff confirm it)',
  buyer_payment: 'the buyer to finish paying',
  payment_record: 'the payment to be recorded',
  capture: 'the capture of the payment',
  stock: 'stock',
  stock_arrival: 'stock to arrive',
  substitution: 'the buyer to answer about a substitute',
  call: 'staff to call the buyer',
  confirmation: 'staff to confirm the order',
  review: 'staff to review the order',
  release: 'staff to release the order',
  return_decision: 'staff to decide about the return',
  return_label: 'the label of the return',
  return_goods: 'the goods to come back',
  exception: 'a person to resolve {}',
  delivery_record: 'staff to record the delivery',
  labels: 'labels',
  pickup: 'the carrier to take the parcel',
  pickups: 'the carrier to take {} parcels',
  delivery: 'delivery',
  carrier_delivery: 'the carrier to deliver',
  giving_back: 'money and labels to be given back',
} as const;
export type WaitCode = keyof typeof WAITS;
export const WAIT_CODES = Object.keys(WAITS) as [WaitCode, ...WaitCode[]];

/** `subject`: the kind of the exception, the number of parcels. `other`: a sentence of another release, which is the subject. */
export type Waiting = { readonly code: WaitCode | 'other'; readonly subject: string | null };

export const waiting = (code: WaitCode, subject: string | null = null): Waiting => ({ code, subject });

export const sentenceOf = ({ code, subject }: Waiting): string =>
  code === 'other' ? (subject ?? '') : WAITS[code].replace('{}', () => subject ?? '');

/** The way back from a recorded sentence. */
export function waitingIn(sentence: string): Waiting {
  for (const code of WAIT_CODES) {
    const [before = '', after] = WAITS[code].split('{}');
    if (after === undefined) {
      if (sentence === before) return waiting(code);
    } else if (
      sentence.startsWith(before) &&
      sentence.endsWith(after) &&
      sentence.length > before.length + after.length
    )
      return waiting(code, sentence.slice(before.length, sentence.length - after.length));
  }
  return { code: 'other', subject: sentence };
}
