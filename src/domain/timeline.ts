import type { Fact } from './facts.ts';

/** The sentence a person reads beside a fact on the timeline; null when the fact's name says it all. */
export function reasonOf(fact: Fact): string | null {
  switch (fact.type) {
    case 'order_confirmed':
      return fact.explanation.join(' ');
    case 'order_cancelled':
    case 'order_failed':
      return fact.reason;
    case 'exception_opened':
      return fact.exception.summary;
    case 'exception_resolved':
      return fact.note ?? `Resolution: ${fact.resolution}`;
    case 'note_added':
      return fact.note;
    case 'confirmation_given':
    case 'order_completed':
      return fact.note;
    case 'payment_recorded':
      return `Reference ${fact.reference}`;
    case 'payment_read':
      return `${fact.reading.reference} is ${fact.reading.state}${fact.reading.failure === null ? '' : `: ${fact.reading.failure.message}`}`;
    case 'label_bought':
      return `${fact.label.carrier} ${fact.label.service}, ${fact.trackingNumber}`;
    case 'label_voided':
    case 'parcel_followed':
      return fact.outcome;
    case 'parcel_shipped':
      return fact.trackingNumber === null ? null : `${fact.carrier ?? 'carrier'} ${fact.trackingNumber}`;
    case 'fulfilment_delivered':
      return fact.evidence;
    case 'delay_noticed':
      return fact.stage === 'ship' ? 'Not shipped by the promised day' : 'Not delivered by the promised day';
    default:
      return null;
  }
}
