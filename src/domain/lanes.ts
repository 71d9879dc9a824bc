/** Lanes of duties and exceptions beside `payment`, `stock` and a parcel's own id; what one is about is behind its colon. */

export const REVIEW_LANE = 'review';
/** That a card's authorisation is about to lapse; it stops nothing. */
export const AUTHORIZATION_LANE = 'authorization';
/** What a comparison of the books has found; it stops nothing. */
export const booksLane = (check: string): string => `books:${check}`;
/** What a seller asks of the store about their lines; it stops nothing. */
export const cancellationLane = (seller: string): string => `cancellation:${seller}`;
export const acknowledgementLane = (seller: string): string => `seller:${seller}`;
export const disputeLane = (dispute: string): string => `dispute:${dispute}`;
/** A deadline that could not be noticed is not looked at again before a person has decided about it. */
export const deadlineLane = ({ kind, subject }: { readonly kind: string; readonly subject: string | null }): string =>
  `deadline:${kind}${subject === null ? '' : `:${subject}`}`;
/** A late parcel has a lane of its own, as lateness does not stop the parcel. */
export const lateLane = (fulfilment: string): string => `late:${fulfilment}`;
/** A parcel that stands still goes on by itself as well, which closes it. */
export const stalledLane = (fulfilment: string): string => `stalled:${fulfilment}`;
export const refundLane = (refund: string): string => `refund:${refund}`;
export const warningLane = (warning: string): string => `warning:${warning}`;

/** The seller, dispute, parcel, refund or warning a lane is about; a parcel's own lane is about that parcel. */
export const subjectOf = (lane: string): string => lane.slice(lane.indexOf(':') + 1);
