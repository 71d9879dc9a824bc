import type { EarlierFulfilment, EarlierReturn, EarlierReturnLabel } from './earlier-orders.ts';
import type { Resolution } from './exceptions.ts';
import type {
  Actor,
  Allocation,
  CallOutcome,
  CameBack,
  ClaimOutcome,
  DelayStage,
  Dispute,
  ExceptionKind,
  Label,
  Lane,
  LineKind,
  LineQuantity,
  NextAction,
  PaymentMethod,
  Policy,
  Refund,
  ReturnedLine,
  ShortageRule,
  Substitution,
  Totals,
} from './order.ts';
import type { Saying } from './saying-codes.ts';

/** A line as the checkout placed it. */
export type PlacedLine = {
  readonly no: number;
  readonly sku: string;
  readonly kind: LineKind;
  readonly seller: string | null;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly shortage?: ShortageRule;
  /** What the line bears of the order's discount, and its tax; not known of a line of an earlier release. */
  readonly discount?: number;
  readonly tax?: number;
};

/** A line that came into the order after it was placed. */
export type AddedLine = PlacedLine & { readonly name: string };

/** What the checkout hands over, without personal data (that is in the intake row of the same number). */
export type Placement = {
  readonly number: string;
  readonly store: string;
  readonly channel: string;
  readonly currency: string;
  readonly shippingService: string;
  readonly lines: readonly PlacedLine[];
  readonly totals: Totals;
  readonly paymentMethod: PaymentMethod;
  readonly paymentReference: string | null;
  /** What only the gateway needs: a saved payment method to charge, and where its page sends the buyer back. */
  readonly paymentOptions: { readonly paymentMethod: string | null; readonly returnUrl: string | null };
  readonly policy: Policy;
};

/** A payment as its gateway has it now. The gateway's word is the only one that counts (seed 1, "Verify payment"). */
export type PaymentReading = {
  readonly reference: string;
  /** The reference this one took the place of: a hosted checkout becomes a payment once the buyer has paid. */
  readonly replaces: string | null;
  readonly state: 'awaiting_buyer' | 'processing' | 'authorized' | 'captured' | 'failed' | 'voided';
  readonly amount: number;
  readonly currency: string;
  readonly captured: number;
  readonly refunded: number;
  /** The order the gateway has noted on the payment, when it has one. */
  readonly orderNumber: string | null;
  readonly captureBefore: number | null;
  readonly nextAction: NextAction | null;
  readonly riskLevel: string | null;
  readonly riskScore: number | null;
  /** The gateway's fingerprint of the card, the same for every payment with it. */
  readonly card?: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
};

/** A dispute as the gateway has it now. */
export type DisputeReading = Pick<Dispute, 'id' | 'status' | 'amount' | 'reason' | 'evidenceDue' | 'inquiry'>;

export type ExceptionReport = {
  readonly kind: ExceptionKind;
  readonly lane: Lane;
  readonly fulfilment: string | null;
  /** One sentence: what happened. */
  readonly summary: string;
  /** What was tried and what came back; no secrets. */
  readonly context: Readonly<Record<string, unknown>>;
};

type Of<Type extends string, Data = unknown> = { readonly type: Type } & Readonly<Data>;

/**
 * What can happen to an order. `label` of a return names its transaction; without it the return has one label only.
 * `instructions` of a delivery is the id of its code and notes in the record. A new kind of fact is added here; the compiler then asks
 * for it everywhere.
 */
export type FactBody =
  | Of<'order_placed', { placement: Placement }>
  | Of<'payment_read', { reading: PaymentReading }>
  | Of<'payment_recorded', { reference: string; amount: number }>
  | Of<'payment_collected', { amount: number }>
  | Of<'money_returned_by_hand', { amount: number }>
  | Of<'authorization_expiring', { captureBefore: number }>
  | Of<'confirmation_given', { note: string | null }>
  | Of<'order_confirmed', { allocations: readonly Allocation[]; explanation: readonly string[] }>
  | Of<'fulfilments_created', { fulfilments: readonly EarlierFulfilment[] }>
  | Of<'label_bought', { fulfilment: string; label: Label; trackingNumber: string; trackingUrl: string | null }>
  | Of<'label_voided', { fulfilment: string; outcome: string; refused?: boolean }>
  | Of<
      'parcel_shipped',
      { fulfilment: string; carrier: string | null; trackingNumber: string | null; trackingUrl: string | null }
    >
  | Of<
      'tracking_changed',
      { fulfilment: string; carrier: string | null; trackingNumber: string | null; trackingUrl: string | null }
    >
  | Of<'parcel_followed', { fulfilment: string; outcome: string }>
  | Of<'fulfilment_delivered', { fulfilment: string; evidence: string | null; instructions?: string }>
  | Of<
      'units_delivered',
      { fulfilment: string; lines: readonly LineQuantity[]; evidence: string | null; instructions?: string }
    >
  | Of<'instructions_resent'>
  | Of<'delay_noticed', { fulfilment: string; stage: DelayStage }>
  /** The carrier tells of a parcel again that stood still. */
  | Of<'parcel_moved', { fulfilment: string }>
  | Of<'label_discarded', { fulfilment: string; reason: string }>
  | Of<'address_edited', { staged: string; reroute?: true }>
  | Of<'parcels_rerouted', { allocations: readonly Allocation[]; explanation: readonly string[] }>
  | Of<'order_held', { reason: string }>
  | Of<'order_released', { note: string | null }>
  | Of<'call_logged', { outcome: CallOutcome; until: number | null; note: string | null }>
  | Of<'call_overdue'>
  | Of<'risk_assessed', { score: number; reasons: readonly string[]; signs?: readonly Saying[]; review: boolean }>
  | Of<'review_decided', { approved: boolean; note: string | null }>
  | Of<'acknowledged', { seller: string; note: string | null }>
  | Of<'cancellation_requested', { seller: string; lines: readonly LineQuantity[]; reason: string }>
  | Of<'cancellation_decided', { seller: string; accepted: boolean }>
  | Of<'lines_cancelled', { lines: readonly LineQuantity[]; credit: number; reason: string }>
  | Of<
      'lines_replaced',
      { removed: readonly LineQuantity[]; added: readonly AddedLine[]; credit: number; reason: string }
    >
  | Of<'substitution_proposed', { substitution: Substitution }>
  | Of<
      'substitution_answered',
      { substitution: string; answer: 'accepted' | 'declined' | 'lapsed'; note: string | null }
    >
  | Of<'stock_reserved', { allocations: readonly Allocation[]; explanation: readonly string[] }>
  | Of<'backordered', { lines: readonly LineQuantity[]; promisedAt: number; explanation: readonly string[] }>
  | Of<'stock_arrived'>
  | Of<'backorder_overdue'>
  | Of<'claim_filed', { fulfilment: string; reference: string; amount: number; note: string | null }>
  | Of<'claim_settled', { fulfilment: string; outcome: ClaimOutcome; amount: number | null; note: string | null }>
  | Of<'parcel_lost', { fulfilment: string; reason: string }>
  | Of<'parcel_returned', { fulfilment: string; goods: CameBack; reason: string }>
  | Of<'reship_requested', { fulfilment: string; reason: string }>
  | Of<'refund_requested', { refund: Refund }>
  | Of<
      'refund_settled',
      { refund: string; status: 'succeeded' | 'failed'; reference: string | null; why: string | null }
    >
  | Of<'order_refunded'>
  | Of<'return_requested', { return: EarlierReturn }>
  | Of<'return_approved', { return: string; note: string | null }>
  | Of<'return_label_bought', { return: string; label: EarlierReturnLabel }>
  | Of<'return_label_voided', { return: string; label: string; outcome: string; refused: boolean }>
  | Of<'return_label_waived', { return: string }>
  | Of<'return_shipped', { return: string; label?: string; details: string }>
  | Of<'return_arrived', { return: string; label?: string; details: string }>
  | Of<'return_refused', { return: string; reason: string }>
  | Of<'return_expired', { return: string }>
  | Of<'return_received', { return: string; lines: readonly ReturnedLine[]; location: string | null }>
  | Of<'return_exchanged', { return: string; added: readonly AddedLine[]; worth?: number }>
  | Of<'order_returned'>
  /** `escalated`: an inquiry has become a dispute, whose answer is owed anew. */
  | Of<'dispute_read', { dispute: DisputeReading; answered?: 'submit' | 'accept'; escalated?: true }>
  | Of<'dispute_answered', { dispute: string; answer: 'submit' | 'accept'; note: string | null }>
  | Of<'dispute_answer_refused', { dispute: string; why: string }>
  | Of<'message_sent', { to: 'buyer' | 'store' | 'seller'; staged: string }>
  | Of<'exception_opened', { exception: ExceptionReport }>
  | Of<'exception_resolved', { exception: string; resolution: Resolution; note: string | null }>
  | Of<
      'exception_reopened',
      { exception: string; kind: ExceptionKind; lane: Lane; note: string; units?: readonly LineQuantity[] }
    >
  | Of<'note_added', { note: string }>
  | Of<'order_completed', { note: string | null }>
  | Of<'order_cancelled', { reason: string }>
  | Of<'order_failed', { reason: string }>;

export type FactType = FactBody['type'];

/** A fact with its place on the timeline. `seq` counts from 1; the order's version is the seq of its last fact. */
export type Fact = { readonly seq: number; readonly at: number; readonly actor: Actor } & FactBody;
