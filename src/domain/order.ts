/**
 * The order, as its workflow holds it and as PostgreSQL records it.
 *
 * - order: what a buyer bought at once; it has one number, one payment, and lines.
 * - line: one SKU of one seller, with its quantities.
 * - placement: what the checkout handed over; the first fact of an order.
 * - fulfilment: lines that leave one location together, for one seller, in one way (a parcel, or a hand-over without carrier).
 * - label: the carrier's paper for one fulfilment; bought once, voided when the order is cancelled.
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

export const FULFILMENT_STATUSES = ['pending', 'labelled', 'shipped', 'delivered', 'cancelled'] as const;
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
export type NextAction = { readonly type: 'redirect'; readonly url: string };

export type Payment = {
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  /** What the order asks for; after a mismatch that ended in a cancelled order, what the buyer's payment was for. */
  readonly amount: number;
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** The gateway's own name of the payment (`pi_…`), or the reference staff recorded. */
  readonly reference: string | null;
  /** The gateway was asked at least once, and what it answered is in this record. */
  readonly checked: boolean;
  readonly nextAction: NextAction | null;
  /** When the authorisation lapses, as the card network said. */
  readonly captureBefore: number | null;
  /** The authorisation is about to lapse, and was noticed: what can be captured is captured now. */
  readonly expiring: boolean;
  readonly riskLevel: string | null;
  readonly riskScore: number | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
};

export type FulfilmentLine = { readonly line: number; readonly quantity: number };

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
};

export type Fulfilment = {
  readonly id: string;
  readonly no: number;
  readonly location: string | null;
  readonly seller: string | null;
  readonly kind: LineKind;
  readonly status: FulfilmentStatus;
  readonly lines: readonly FulfilmentLine[];
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
  readonly delays: readonly ('ship' | 'deliver')[];
};

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
  'unforeseen',
] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

export type Lane = 'payment' | 'stock' | (string & {});

/** Durations are milliseconds. Kept with the order as it was when the order was placed (SPEC.md §1). */
export type Policy = {
  readonly confirmation: 'automatic' | 'call';
  readonly capture: 'confirmation' | 'shipment';
  readonly codCollectedOnDelivery: boolean;
  readonly paymentWindow: number;
  readonly bankTransferWindow: number;
  readonly captureMargin: number;
  readonly shipWithin: number;
  readonly deliverWithin: number;
  readonly afterCompletion: number;
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
  readonly policy: Policy;
};

/** Statuses in which the order owes the buyer nothing more. */
const ENDED: ReadonlySet<OrderStatus> = new Set(['completed', 'cancelled', 'returned', 'refunded', 'failed']);
export const hasEnded = (order: Order): boolean => ENDED.has(order.status);

/** Statuses in which stock and money are to be given back. */
export const isUndone = (order: Order): boolean => order.status === 'cancelled' || order.status === 'failed';

export const fulfilmentOf = (order: Order, id: string): Fulfilment | undefined =>
  order.fulfilments.find((fulfilment) => fulfilment.id === id);

export const isBlocked = (order: Order, lane: Lane): boolean =>
  order.exceptions.some((exception) => exception.lane === lane);
