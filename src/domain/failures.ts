/**
 * What an activity may give up with, by meaning. The workflow turns the type into an exception for people; everything else is
 * tried again. `StaleOrder`: the record moved on by another hand, so read it and decide anew. `Unrecordable`: the database's own
 * rules refuse what was decided, which is our mistake and a person's matter.
 */
export const FAILURE_TYPES = [
  'AddressRejected',
  'LabelRefused',
  'PaymentRefused',
  'RefundByHand',
  'EvidenceRefused',
  'MailRefused',
  'StaleOrder',
  'Unrecordable',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** A partner said no, for good: trying again without a person's decision would give the same answer. */
export class Refused extends Error {
  override name = 'Refused';
  readonly type: FailureType;
  readonly context: Readonly<Record<string, unknown>>;
  constructor(type: FailureType, message: string, context: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.context = context;
  }
}

/** A partner asked to be left alone for a while; the step is tried again after `retryAfterMs`. */
export class Throttled extends Error {
  override name = 'Throttled';
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
