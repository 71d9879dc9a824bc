import type { DisputeReading, PaymentReading } from '../domain/facts.ts';
import type { TrackingStatus } from '../domain/news.ts';
import type { PaymentMethod, RefundReason } from '../domain/order.ts';
import type { Dimensions, Rate } from '../domain/shipping.ts';

/** What the activities need of the world outside; `src/gateways` implements it on the vendors' own SDKs. */

export type PaymentOrder = {
  readonly number: string;
  readonly method: PaymentMethod;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly reference: string | null;
  /** Minor units that a person has sent back past the gateway, which knows nothing of it; left out: none. */
  readonly returnedByHand?: number;
  /** The business attempt: the order's version when the duty began. Retries of one attempt share its idempotency key. */
  readonly attempt: number;
};

export type AuthorizationOptions = {
  readonly email: string;
  readonly paymentMethod: string | null;
  /** The checkout's own page for buyers who come back; null when it named none. */
  readonly returnUrl: string | null;
  /** Epoch milliseconds. */
  readonly placedAt: number;
};

/** One way of being paid. Every method answers with the payment as the gateway has it then; throws `Refused` for a final no. */
export interface PaymentGateway {
  /** Reads the named payment, or makes one for the buyer to pay; the options are asked for then. */
  authorize(order: PaymentOrder, options: () => Promise<AuthorizationOptions>): Promise<PaymentReading>;
  capture(order: PaymentOrder): Promise<PaymentReading>;
  /** Voids what is authorised, gives back what is captured, closes what nobody paid; whatever applies. */
  giveBack(order: PaymentOrder): Promise<PaymentReading>;
  read(reference: string): Promise<PaymentReading>;
  /** Gives a part back; the same `id` is the same refund. */
  refund(
    order: PaymentOrder,
    refund: RefundOrder,
  ): Promise<{ readonly reference: string; readonly reading: PaymentReading }>;
  /** How a refund stands: the gateway may take it back days later. `ours`: the id we gave it, when it is one of ours. */
  readRefund(id: string): Promise<{ readonly failed: boolean; readonly why: string; readonly ours: string | null }>;
  /** What the card's issuer suspects, as the gateway calls it. */
  readFraudWarning(id: string): Promise<{ readonly kind: string; readonly actionable: boolean }>;
  readDispute(id: string): Promise<DisputeReading>;
  listDisputes(wanted: GatewayPage): Promise<Listed<DisputeReading>>;
  listFraudWarnings(wanted: GatewayPage): Promise<Listed<{ readonly id: string; readonly actionable: boolean }>>;
  submitEvidence(id: string, evidence: DisputeEvidence): Promise<DisputeReading>;
  acceptDispute(id: string): Promise<DisputeReading>;
}

/** Of a list, the newest first: what began since then (epoch milliseconds), after the one of this id. */
export type GatewayPage = { readonly since: number; readonly after: string | null; readonly limit: number };
/** `payment`: the reference of the payment that it is about. `next`: after which the next page begins; null after the last. */
export type Listed<One> = {
  readonly entries: readonly (One & { readonly payment: string })[];
  readonly next: string | null;
};

export type RefundOrder = { readonly id: string; readonly amount: number; readonly reason: RefundReason };

/** What the system knows that tells for us (seed 5, "Responding to Disputes"); `null` where it knows nothing. */
export type DisputeEvidence = {
  readonly order: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly billingAddress: string;
  readonly shippingAddress: string;
  readonly productDescription: string;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  /** Date, `YYYY-MM-DD`. */
  readonly shippedOn: string | null;
  /** The buyer's, when the order was placed. */
  readonly purchaseIp: string | null;
  /** What the buyer accepted, and when, as a sentence. */
  readonly acceptance: string | null;
  /** As the store had published them when the order was placed. */
  readonly terms: string | null;
  readonly refundPolicy: string | null;
  /** What was written, sent and done, in order. */
  readonly history: string;
  /** The words of staff. */
  readonly statement: string | null;
};
export type PaymentGateways = Readonly<Record<PaymentMethod, PaymentGateway>>;

export type PostalAddress = {
  readonly name: string;
  readonly line1: string;
  readonly line2?: string | undefined;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  readonly country: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
};

export type BoughtLabel = {
  readonly transaction: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string | null;
  readonly labelUrl: string | null;
};

/** `refused`: the carrier does not pay the label back. */
export type LabelVoid = { readonly outcome: string; readonly refused: boolean };

export type LabelRefund = 'none' | 'pending' | 'refunded' | 'refused';

export type TrackingReading = {
  readonly carrier: string;
  readonly status: TrackingStatus;
  readonly details: string;
  /** When it last told something of the parcel; null: never. */
  readonly movedAt: number | null;
};

/** The carriers. There is no idempotency key at the vendor: a label is looked up by its rate before it is bought again. */
export interface CarrierGateway {
  /** Throws `Refused` with `AddressRejected` and the carrier's reasons. */
  rates(from: PostalAddress, to: PostalAddress, parcel: Dimensions, reference: string): Promise<readonly Rate[]>;
  /** Of a parcel from the buyer back to the store; only carriers that are paid for a return when it is used. */
  returnRates(
    store: PostalAddress,
    buyer: PostalAddress,
    parcel: Dimensions,
    reference: string,
  ): Promise<readonly Rate[]>;
  findLabel(rateId: string): Promise<BoughtLabel | null>;
  buyLabel(rateId: string, reference: string): Promise<BoughtLabel>;
  /** Asks for the label's price back, unless an earlier try has; answers what the carrier said. */
  voidLabel(transaction: string): Promise<LabelVoid>;
  /** What became of that; `none`: the label can still be used. */
  labelRefund(transaction: string): Promise<LabelRefund>;
  track(carrier: string, trackingNumber: string): Promise<TrackingReading>;
  /** Asks to be told about a parcel whose label was bought elsewhere. */
  follow(carrier: string, trackingNumber: string): Promise<void>;
}

export type Mail = {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
};
export interface MailGateway {
  /** Resolves when the mail server has accepted it. Throws `Refused` when it never will. */
  send(mail: Mail): Promise<void>;
}
