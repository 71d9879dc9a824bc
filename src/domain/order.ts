import type { OptionalEmailKind } from './email-kinds.ts';
import type { Saying } from './saying-codes.ts';

/**
 * The order, as its workflow holds it and as PostgreSQL records it.
 *
 * - order: what a buyer bought at once; it has one number, one payment, and lines.
 * - line: one SKU of one seller, with its quantities.
 * - placement: what the checkout handed over; the first fact of an order.
 * - fulfilment: lines that leave one location together, for one seller, in one way (a parcel, or a hand-over without carrier).
 * - label: the carrier's paper for one fulfilment; bought once, voided when the order is cancelled; a return has labels of its own.
 * - fact: something that happened to the order; the timeline is the list of them, and folding them gives the order.
 * - duty: what the order owes the world now (reserve stock, capture, buy a label); read off its state alone.
 * - exception: what only a person can clear; it blocks one lane of duties until it is resolved.
 *
 * Amounts are integers of the currency's minor unit; times are epoch milliseconds, UTC. Personal data (names, addresses,
 * e-mail) is not part of this state: it stays in the database, and activities read it there.
 */

export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'processing',
  'shipped',
  'delivered',
  'completed',
  'cancelled',
  'returned',
  'refunded',
  'failed',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const PAYMENT_STATUSES = [
  'pending',
  'authorized',
  'paid',
  'partially_refunded',
  'refunded',
  'failed',
  'voided',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const PAYMENT_METHODS = ['stripe', 'cod', 'bank_transfer'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export const LINE_KINDS = ['physical', 'digital', 'service'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** What is done about units that there are not enough of: ask a person, wait for more, offer other goods, end the units, or end the order. */
export const SHORTAGE_RULES = ['ask', 'backorder', 'substitute', 'cancel_line', 'cancel_order'] as const;
export type ShortageRule = (typeof SHORTAGE_RULES)[number];

export const DELIVERY_STATUSES = [
  'pending',
  'backordered',
  'shipped',
  'delivered',
  'failed',
  'cancelled',
  'returned',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export const FULFILMENT_STATUSES = [
  'pending',
  'labelled',
  'shipped',
  'delivered',
  'cancelled',
  'lost',
  'returned',
] as const;
export type FulfilmentStatus = (typeof FULFILMENT_STATUSES)[number];

export const ROLES = ['owner', 'staff', 'seller', 'customer', 'service', 'agent'] as const;
/** Who may ask for an action (SPEC.md §5). */
export type Role = (typeof ROLES)[number];
/** Who is named on the timeline: people and programs by their role, and the parts of the world that act by themselves. */
export type ActorRole = Role | 'system' | 'gateway' | 'carrier';
export type Actor = { readonly role: ActorRole; readonly id: string };
export const SYSTEM: Actor = { role: 'system', id: 'durable-orders' };

export type Line = {
  readonly no: number;
  readonly sku: string;
  readonly kind: LineKind;
  readonly seller: string | null;
  readonly quantity: number;
  readonly unitPrice: number;
  /** The checkout's rule for this line, or else the product's; without one the store's holds. */
  readonly shortage?: ShortageRule;
  /** What the whole line bears of the order's discount. */
  readonly discount: number;
  /** Of the whole line; null of one that was placed before lines had a tax: its units are worth their price, and that alone. */
  readonly tax: number | null;
  readonly deliveryStatus: DeliveryStatus;
  readonly reserved: number;
  readonly shipped: number;
  readonly delivered: number;
  readonly cancelled: number;
  readonly returned: number;
  readonly refunded: number;
};

export type Totals = {
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
};

/** What the buyer still has to do at the gateway: follow a link (3-D Secure, hosted checkout page). */
export type NextAction = {
  readonly type: 'redirect';
  readonly url: string;
  /** Of a page: when it was offered; missing of one that an earlier release has read. */
  readonly offeredAt?: number;
};

export type Payment = {
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  /** What the order asks for; after a mismatch that ended in a cancelled order, what the buyer's payment was for. */
  readonly amount: number;
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** How much of `refunded` a person has sent back past the gateway, which knows nothing of it. */
  readonly returnedByHand: number;
  /** Taken back through the bank by disputes that were lost or accepted. */
  readonly chargedBack: number;
  /** The gateway's own name of the payment (`pi_…`), or the reference staff recorded. */
  readonly reference: string | null;
  /** The gateway was asked at least once, and what it answered is in this record. */
  readonly checked: boolean;
  readonly nextAction: NextAction | null;
  /** When the authorisation lapses, as the card network said. */
  readonly captureBefore: number | null;
  /** The authorisation is about to lapse, and was noticed: what can be captured is captured now. */
  readonly expiring: boolean;
  /** The gateway's fingerprint of the card. */
  readonly card: string | null;
  readonly riskLevel: string | null;
  readonly riskScore: number | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
};

/** Units of one line. */
export type LineQuantity = { readonly line: number; readonly quantity: number };

/** What a confirming call came to (SPEC.md §2). */
export const CALL_OUTCOMES = ['no_answer', 'busy', 'postponed', 'wrong_number', 'fake', 'confirmed', 'other'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/**
 * Goods that come into an order after it was placed, at the price that was agreed then. `unitPrice` in minor units; `tax`: of all of
 * them, where somebody who sets prices has said it.
 */
export type OfferedLine = Pick<Line, 'sku' | 'kind' | 'seller' | 'quantity' | 'unitPrice' | 'shortage'> & {
  readonly name: string;
  readonly tax?: number;
};

export const SUBSTITUTION_STATUSES = ['proposed', 'accepted', 'declined', 'lapsed'] as const;
/** Goods offered to the buyer in place of units of a line (SPEC.md §3, step 5). */
export type Substitution = LineQuantity & {
  readonly id: string;
  readonly offer: OfferedLine;
  readonly status: (typeof SUBSTITUTION_STATUSES)[number];
  readonly note: string | null;
  readonly proposedAt: number;
  readonly answerBy: number;
};

/** The confirming calls of an order. `nextAt`: when the next one is due; null when none is. */
export type Calls = {
  readonly attempts: number;
  readonly nextAt: number | null;
  readonly lastOutcome: CallOutcome | null;
  readonly reminded: boolean;
};

/** The fraud review. `clear`: the score was under the store's threshold; `due`: a person decides. */
export type Review = {
  readonly status: 'clear' | 'due' | 'approved' | 'rejected';
  readonly score: number;
  readonly reasons: readonly string[];
  /** The reasons for translations; orders of earlier releases have the sentences only. */
  readonly signs?: readonly Saying[];
};

/** Stock the order waits for. `lines`: what was missing; `arrived`: some has come, so it is looked for again. */
export type Backorder = {
  readonly since: number;
  readonly promisedAt: number;
  readonly lines: readonly LineQuantity[];
  readonly arrived: boolean;
  /** The promised day has passed and a person was told. */
  readonly overdue: boolean;
};

export type Hold = { readonly reason: string; readonly at: number };

/** A seller's part of the order, which they are to accept in time (seed 4, "Pending / New"). */
export type Acknowledgement = {
  readonly seller: string;
  readonly dueAt: number;
  readonly at: number | null;
  /** The time was up and staff were told. */
  readonly escalated: boolean;
};

/** Seed 5, "Issuing a Full Refund", and the reasons the system itself has. */
export const REFUND_REASONS = [
  'requested_by_customer',
  'duplicate',
  'fraudulent',
  'not_as_described',
  'lost',
  'returned',
  'cancelled',
  'other',
] as const;
export type RefundReason = (typeof REFUND_REASONS)[number];
export type Refund = {
  readonly id: string;
  readonly amount: number;
  readonly reason: RefundReason;
  readonly note: string | null;
  /** The units it pays back; empty when it is an amount only. */
  readonly lines: readonly LineQuantity[];
  readonly status: 'pending' | 'succeeded' | 'failed';
  /** The gateway's own name of it. */
  readonly reference: string | null;
  readonly requestedAt: number;
};

export const RETURN_REASONS = [
  'changed_mind',
  'damaged',
  'wrong_item',
  'not_as_described',
  'late',
  'refused',
  'other',
] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];
/** `expired`: approved, and nothing was sent in time. */
export const RETURN_STATUSES = ['requested', 'approved', 'refused', 'received', 'expired'] as const;
export type ReturnedLine = LineQuantity & {
  /** Back into stock, or written off. */
  readonly restock: boolean;
};
/**
 * The carrier's paper for the way back, which the store pays; its parcel comes to a person, who receives the goods. One that nobody
 * used is voided when the return ends, so that nobody sends anything with it later at the store's cost.
 */
export type ReturnLabel = Omit<Label, 'unused'> & {
  readonly trackingNumber: string;
  readonly trackingUrl: string | null;
  readonly progress: 'unused' | 'on_its_way' | 'arrived';
  /** Where it brings the goods; null of a label that an earlier release bought. */
  readonly location: string | null;
  readonly lines: readonly LineQuantity[];
};
export type Return = {
  readonly id: string;
  readonly status: (typeof RETURN_STATUSES)[number];
  readonly reason: ReturnReason;
  readonly note: string | null;
  readonly lines: readonly LineQuantity[];
  readonly requestedAt: number;
  /** When the return ends by itself if nothing is sent; null as long as the buyer has not been told how, and where it never does. */
  readonly sendBy: number | null;
  /** The store pays the way back, and its labels are not all bought yet; the buyer is told of the approval with them. */
  readonly labelDue: boolean;
  readonly labels: readonly ReturnLabel[];
  readonly received: readonly ReturnedLine[];
  /** Minor units: what the goods cost that were sent in exchange; null when none were. */
  readonly exchangedFor: number | null;
  /** Minor units: what the goods that come back had cost when others were sent for them; null when that is not known. */
  readonly exchangedWorth: number | null;
};

/** As the gateway has it; `warning` is an inquiry that may become a dispute. */
export const DISPUTE_STATUSES = [
  'warning',
  'needs_response',
  'under_review',
  'won',
  'lost',
  'accepted',
  'warning_closed',
] as const;
export type Dispute = {
  /** The gateway's own name of it. */
  readonly id: string;
  readonly status: (typeof DISPUTE_STATUSES)[number];
  readonly amount: number;
  readonly reason: string;
  readonly evidenceDue: number | null;
  /** Whether the evidence that the system assembles is to be sent, or was. */
  readonly submission: 'none' | 'due' | 'sent';
  readonly acceptance: 'none' | 'due' | 'sent';
  /** The bank only asks, and has taken nothing yet. */
  readonly inquiry?: true;
  /** The gateway has refused an answer: the next one is a person's, not the deadline's. */
  readonly refused?: true;
};

export type FulfilmentLine = LineQuantity;

export type Label = {
  readonly transaction: string;
  readonly carrier: string;
  readonly service: string;
  readonly cost: number;
  readonly currency: string;
  readonly url: string | null;
  readonly voided: boolean;
  /** The parcel left under another number: the label's price is asked back. */
  readonly unused?: true;
  /** The carrier does not pay it back: it was used, or is too old. */
  readonly refundRefused?: true;
};

export const CLAIM_STATUSES = ['filed', 'paid', 'refused'] as const;
/**
 * What the carrier, or its insurance, is asked to pay for a parcel that was lost or came damaged. It is between the store and the
 * carrier: the buyer's money does not wait for it.
 */
export type Claim = {
  /** The carrier's name of it. */
  readonly reference: string;
  /** Minor units of the order's currency, as all amounts of an order. */
  readonly amount: number;
  readonly note: string | null;
  readonly status: (typeof CLAIM_STATUSES)[number];
  readonly filedAt: number;
  readonly paid: number | null;
  readonly settledAt: number | null;
};
export type ClaimOutcome = Exclude<Claim['status'], 'filed'>;

/** Not handed over in time, not delivered in time, and so long on its way that it is taken for lost. */
export type DelayStage = 'ship' | 'stall' | 'deliver' | 'lost';

export type Fulfilment = {
  readonly id: string;
  readonly no: number;
  readonly location: string | null;
  readonly seller: string | null;
  readonly kind: LineKind;
  readonly status: FulfilmentStatus;
  readonly lines: readonly FulfilmentLine[];
  /** Units that reached the buyer before the rest. */
  readonly delivered: readonly LineQuantity[];
  /** The buyer got a code or notes with it; what they say is in the record only. */
  readonly hasInstructions: boolean;
  readonly label: Label | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly trackingUrl: string | null;
  /** The carrier was asked to tell us of this parcel, or will do so by itself because the label came from there. */
  readonly followed: boolean;
  readonly shipBy: number;
  readonly shippedAt: number | null;
  readonly deliveredAt: number | null;
  /** The stages whose deadline has passed and of which the buyer was told. */
  readonly delays: readonly DelayStage[];
  /** The last one, if the carrier was asked to pay for it. */
  readonly claim: Claim | null;
};

/** What becomes of goods that a carrier brings back to the sender. */
export const CAME_BACK = ['restock', 'write_off'] as const;
export type CameBack = (typeof CAME_BACK)[number];

/** Stock of one SKU at one location that belongs to one line; made by routing, held in the database. */
export type Allocation = {
  readonly line: number;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  /** Whole days by which this location is late today: its cut-off has passed, or its capacity is used up. */
  readonly lateDays: number;
};

export type OpenException = {
  readonly id: string;
  readonly kind: ExceptionKind;
  /** The duties it blocks: `payment`, `stock`, or a fulfilment's id. */
  readonly lane: Lane;
  /** What it asks to be done with, of the kinds that ask for units. */
  readonly units?: readonly LineQuantity[];
};

export const EXCEPTION_KINDS = [
  'payment_failed',
  'payment_mismatch',
  'authorization_expiring',
  'refund_due',
  'stock_out',
  'bad_address',
  'label_failed',
  'delivery_failed',
  'fraud',
  'parcel_late',
  'parcel_stalled',
  'parcel_lost',
  'overdue_acknowledgement',
  'cancellation_requested',
  'return_label_failed',
  'refund_failed',
  'dispute',
  'workflow_missing',
  'stalled',
  'books_disagree',
  'unforeseen',
] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

export type Lane = 'payment' | 'stock' | (string & {});

/** Durations are milliseconds. Kept with the order as it was when the order was placed (SPEC.md §1). */
export type Policy = {
  /** Which version of the store's policy this is. */
  readonly version: number;
  readonly confirmation: 'automatic' | 'call';
  readonly capture: 'confirmation' | 'shipment';
  readonly codCollectedOnDelivery: boolean;
  readonly paymentWindow: number;
  readonly bankTransferWindow: number;
  readonly captureMargin: number;
  readonly shipWithin: number;
  readonly deliverWithin: number;
  readonly afterCompletion: number;
  readonly calls: CallPolicy;
  readonly fraud: FraudPolicy;
  readonly shortage: ShortageRule;
  /** So many units of a SKU may be waited for, by all orders together; beyond them a person is asked. Null: any number. */
  readonly backorderAtMost: number | null;
  /** Whether an order that waits for stock sends what there is. */
  readonly partialShipment: boolean;
  /** The buyer answers within this time whether a substitute will do. */
  readonly substitutionWithin: number;
  /** How long after it was found short an order that waits for stock is promised. */
  readonly backorderPromise: number;
  /** Sellers accept their lines within this time; null: they need not. */
  readonly acknowledgeWithin: number | null;
  /** A parcel on its way of which the carrier says nothing new for this long stands still. */
  readonly stalledAfter: number;
  /** A parcel that has not arrived this long after its promised day is taken for lost. */
  readonly lostAfter: number;
  /** Goods may be sent back this long after they arrived. */
  readonly returnWindow: number;
  /** Staff refund this long after all has arrived, later by exception; null: at any time. */
  readonly refundWindow: number | null;
  /** Who pays the way back: the buyer, or the store by a label that is bought when a return is approved. */
  readonly returnLabel: 'buyer' | 'store';
  /** How soon goods of an approved return are to be sent; null: it stays approved until they come. */
  readonly returnSendWithin: number | null;
  /** How soon a person should have decided about an exception, where that is not the usual time of its kind. */
  readonly exceptionDue: Readonly<Partial<Record<ExceptionKind, number>>>;
  /** Mails that the store does not send. */
  readonly emailsLeftOut: readonly OptionalEmailKind[];
};

/** Confirming calls (seed 3): the next one after a vain one, reminder when it is overdue, and when the order ends unconfirmed. */
export type CallPolicy = {
  readonly retryAfter: number;
  readonly remindAfter: number;
  readonly expireAfter: number;
  readonly attemptsAtMost: number;
};

/** Points of each sign of fraud, added up; null: that sign is not looked for. Counts and sums are over `window`. */
export type FraudPolicy = {
  /** From this score on a person looks at the order before anything is taken or sent; null: nobody does. */
  readonly reviewFrom: number | null;
  readonly window: number;
  readonly ordersPerCustomer: number;
  readonly ordersPerCard: number;
  readonly ordersPerAddress: number;
  /** Minor units in all currencies alike. */
  readonly cumulativeAmount: number | null;
  readonly firstOrderOver: number | null;
  readonly disposableDomains: readonly string[];
};

export type Order = {
  readonly number: string;
  readonly store: string;
  readonly channel: string;
  readonly currency: string;
  readonly status: OrderStatus;
  /** How many facts are recorded; `expected_version` of an action is compared with it. */
  readonly version: number;
  readonly placedAt: number;
  /** When the order reached a status in which nothing is outstanding. */
  readonly closedAt: number | null;
  /** Whether the obligation may be accepted: at once, or after staff said so. */
  readonly confirmationGiven: boolean;
  readonly lines: readonly Line[];
  readonly totals: Totals;
  readonly shippingService: string;
  readonly payment: Payment;
  readonly allocations: readonly Allocation[];
  readonly fulfilments: readonly Fulfilment[];
  readonly exceptions: readonly OpenException[];
  /** The address has changed since the parcels were planned: they are planned anew before anything else is done with them. */
  readonly rerouting: boolean;
  readonly backorder: Backorder | null;
  readonly hold: Hold | null;
  readonly review: Review | null;
  readonly calls: Calls;
  readonly acknowledgements: readonly Acknowledgement[];
  /** Minor units the buyer need no longer pay, because lines were cancelled or replaced; below nothing when they pay more. */
  readonly credit: number;
  readonly substitutions: readonly Substitution[];
  readonly refunds: readonly Refund[];
  readonly returns: readonly Return[];
  readonly disputes: readonly Dispute[];
  readonly policy: Policy;
};

/** Statuses in which the order owes the buyer nothing more. */
const ENDED: ReadonlySet<OrderStatus> = new Set(['completed', 'cancelled', 'returned', 'refunded', 'failed']);
export const hasEnded = (order: Order): boolean => ENDED.has(order.status);

/** Statuses in which stock and money are to be given back. */
export const isUndone = (order: Order): boolean => order.status === 'cancelled' || order.status === 'failed';

/** Promised, and not yet with the gateway. */
export const isPending = ({ status }: Refund): boolean => status === 'pending';

export const fulfilmentOf = (order: Order, id: string): Fulfilment | undefined =>
  order.fulfilments.find((fulfilment) => fulfilment.id === id);

/** A dispute asks a person to look; it does not keep the evidence from going out. */
export const isBlocked = (order: Order, lane: Lane): boolean =>
  order.exceptions.some((exception) => exception.lane === lane && exception.kind !== 'dispute');
