import type { Fact } from './facts.ts';

const DELAYS = {
  ship: 'Not shipped by the promised day',
  stall: 'The carrier says nothing new',
  deliver: 'Not delivered by the promised day',
  lost: 'Not delivered long after the promised day',
} as const;

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
    case 'exception_reopened':
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
    case 'return_label_bought':
      return `${fact.label.carrier} ${fact.label.service}, ${fact.label.trackingNumber}`;
    case 'return_label_waived':
      return 'The buyer sends the goods back without a label of the store.';
    case 'return_shipped':
    case 'return_arrived':
      return fact.details || null;
    case 'label_voided':
    case 'return_label_voided':
    case 'parcel_followed':
      return fact.outcome;
    case 'parcel_shipped':
    case 'tracking_changed':
      return fact.trackingNumber === null ? null : `${fact.carrier ?? 'carrier'} ${fact.trackingNumber}`;
    case 'fulfilment_delivered':
    case 'units_delivered':
      return fact.evidence;
    case 'delay_noticed':
      return DELAYS[fact.stage];
    case 'parcel_moved':
      return 'The carrier tells of the parcel again.';
    case 'claim_filed':
      return [fact.reference, fact.note].filter(Boolean).join(': ');
    case 'claim_settled':
      return [fact.outcome, fact.note].filter(Boolean).join(': ');
    case 'cancellation_decided':
      return fact.accepted ? 'The store has cancelled the lines.' : 'The store has closed the request.';
    case 'cancellation_requested':
    case 'label_discarded':
    case 'lines_cancelled':
    case 'parcel_lost':
    case 'parcel_returned':
    case 'reship_requested':
    case 'order_held':
    case 'return_refused':
      return fact.reason;
    case 'order_released':
    case 'review_decided':
    case 'acknowledged':
    case 'return_approved':
      return fact.note;
    case 'lines_replaced':
      return fact.reason;
    case 'substitution_proposed': {
      const { offer, line, note } = fact.substitution;
      return [`${offer.quantity} × ${offer.name} for line ${line}`, note].filter(Boolean).join(': ');
    }
    case 'substitution_answered':
      return fact.note ?? fact.answer;
    case 'return_exchanged':
      return fact.added.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ');
    case 'call_logged':
      return [fact.outcome.replace('_', ' '), fact.note].filter(Boolean).join(': ');
    case 'risk_assessed':
      return `Score ${fact.score}. ${fact.reasons.join(' ')}`.trim();
    case 'backordered':
    case 'parcels_rerouted':
    case 'stock_reserved':
      return fact.explanation.join(' ');
    case 'refund_requested':
      return [fact.refund.reason.replaceAll('_', ' '), fact.refund.note].filter(Boolean).join(': ');
    case 'refund_settled':
      return fact.why ?? fact.reference;
    case 'return_requested':
      return [fact.return.reason.replaceAll('_', ' '), fact.return.note].filter(Boolean).join(': ');
    case 'dispute_read':
      return `${fact.dispute.reason.replaceAll('_', ' ')}: ${fact.dispute.status.replaceAll('_', ' ')}`;
    case 'dispute_answered':
      return fact.note;
    case 'dispute_answer_refused':
      return fact.why;
    default:
      return null;
  }
}
