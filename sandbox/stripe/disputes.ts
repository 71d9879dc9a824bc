import type Stripe from 'stripe';
import { z } from 'zod';
import { stripeId, unixNow } from '../ids.ts';
import { post } from './balance.ts';
import { settleWarnings } from './early-fraud-warnings.ts';
import { missing, refused } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { boolean, mergeMetadata, metadata, paramsOf, text } from './params.ts';
import { closeReview } from './reviews.ts';
import type { StripeWorld } from './world.ts';

const DISPUTE_FEE = 1500;
const ANSWER_WITHIN = 7 * 86_400;

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

const evidenceNames = Object.keys(NO_EVIDENCE).filter((name) => name !== 'enhanced_evidence');
/** Of each field; docs.stripe.com/api/disputes/evidence_object. */
const LETTERS_AT_MOST = 20_000;
const evidence = z.strictObject(
  Object.fromEntries(evidenceNames.map((name) => [name, text.max(LETTERS_AT_MOST).optional()])),
);

export const disputeUpdateParams = paramsOf<Stripe.DisputeUpdateParams>()({
  evidence: evidence.optional(),
  intended_submission_method: z.enum(['manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes']).optional(),
  metadata: metadata.optional(),
  submit: boolean.optional(),
});

export const disputeListParams = listParams<Stripe.DisputeListParams>()({
  charge: text.optional(),
  payment_intent: text.optional(),
});

export interface Accusation {
  readonly reason: string;
  /** The bank only asks: no money moves yet. */
  readonly inquiry: boolean;
}

/** The buyer's bank takes the money back (or asks about it), and the fee is charged. */
export function openDispute(world: StripeWorld, charge: Stripe.Charge, accusation: Accusation): Stripe.Dispute {
  if (!charge.captured) throw refused(undefined, `Charge ${charge.id} has not been captured: nothing to dispute.`);
  if (charge.disputed) throw refused(undefined, `Charge ${charge.id} is disputed already.`);
  const { inquiry, reason } = accusation;
  const dispute: Stripe.Dispute = {
    id: stripeId('du'),
    object: 'dispute',
    amount: charge.amount_captured,
    balance_transactions: [],
    charge: charge.id,
    created: unixNow(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...NO_EVIDENCE, customer_email_address: charge.receipt_email },
    evidence_details: {
      due_by: unixNow() + ANSWER_WITHIN,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: charge.payment_method_details?.card?.brand ?? 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: charge.payment_method_details?.card?.network ?? 'visa',
        network_reason_code: reason === 'product_not_received' ? '13.1' : '10.4',
      },
      type: 'card',
    },
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
  world.store.disputes.set(dispute.id, dispute);
  if (!inquiry) {
    charge.disputed = true;
    dispute.balance_transactions.push(move(world, dispute, -dispute.amount, DISPUTE_FEE));
  }
  emit(world, 'charge.dispute.created', dispute);
  if (!inquiry) emit(world, 'charge.dispute.funds_withdrawn', dispute);
  closeReview(world, charge, 'disputed');
  settleWarnings(world, charge);
  return dispute;
}

const move = (world: StripeWorld, dispute: Stripe.Dispute, amount: number, fee: number): Stripe.BalanceTransaction =>
  post(world, {
    amount,
    fee,
    currency: dispute.currency,
    source: dispute.id,
    type: 'adjustment',
    reportingCategory: amount < 0 ? 'dispute' : 'dispute_reversal',
    description: amount < 0 ? 'Chargeback withdrawal' : 'Chargeback reversal',
  });

export function requireDispute(world: StripeWorld, id: string): Stripe.Dispute {
  const dispute = world.store.disputes.get(id);
  if (dispute === undefined) throw missing('dispute', id, 'dispute');
  return dispute;
}

const ANSWERABLE = new Set(['needs_response', 'warning_needs_response']);

export const DISPUTE_DECIDED = 'stripe.dispute';

/** Adds evidence; submits it unless `submit` is false. The bank decides by the documented magic words, some time later. */
export function updateDispute(
  world: StripeWorld,
  id: string,
  params: z.output<typeof disputeUpdateParams>,
): Stripe.Dispute {
  const dispute = requireDispute(world, id);
  if (params.evidence !== undefined && !ANSWERABLE.has(dispute.status)) {
    throw refused(undefined, `This dispute's status is ${dispute.status}: its evidence can no longer be changed.`);
  }
  dispute.metadata = mergeMetadata(dispute.metadata, params.metadata);
  dispute.intended_submission_method = params.intended_submission_method ?? dispute.intended_submission_method;
  if (params.evidence !== undefined) {
    dispute.evidence = { ...dispute.evidence, ...params.evidence };
    dispute.evidence_details.has_evidence = true;
  }
  if (params.evidence !== undefined && params.submit !== false) {
    dispute.evidence_details.submission_count += 1;
    dispute.evidence_details.submission_method = 'manual';
    dispute.status = dispute.status === 'needs_response' ? 'under_review' : 'warning_under_review';
    world.agenda.add(DISPUTE_DECIDED, dispute.id, world.settings.settleSeconds);
  }
  emit(world, 'charge.dispute.updated', dispute);
  return dispute;
}

/** Accepts the loss. */
export function closeDispute(world: StripeWorld, id: string): Stripe.Dispute {
  const dispute = requireDispute(world, id);
  if (!ANSWERABLE.has(dispute.status)) throw refused(undefined, `This dispute is already closed (${dispute.status}).`);
  conclude(world, dispute, dispute.status === 'needs_response' ? 'lost' : 'warning_closed');
  return dispute;
}

/** The bank's decision on what was submitted; without magic words it keeps thinking. */
export function onDisputeDue(world: StripeWorld, id: string): void {
  const dispute = world.store.disputes.get(id);
  if (dispute === undefined || !dispute.status.endsWith('under_review')) return;
  const inquiry = dispute.status === 'warning_under_review';
  const words = dispute.evidence.uncategorized_text;
  if (words === 'winning_evidence') conclude(world, dispute, inquiry ? 'warning_closed' : 'won');
  if (words === 'losing_evidence') conclude(world, dispute, inquiry ? 'warning_closed' : 'lost');
  if (words === 'escalate_inquiry_evidence' && inquiry) escalate(world, dispute);
}

/** Ends the dispute; a won one gives the money and the fee back. Also what the control API calls. */
export function conclude(world: StripeWorld, dispute: Stripe.Dispute, status: 'won' | 'lost' | 'warning_closed'): void {
  dispute.status = status;
  dispute.is_charge_refundable = status === 'warning_closed';
  if (status === 'won') {
    dispute.balance_transactions.push(move(world, dispute, dispute.amount, -DISPUTE_FEE));
    emit(world, 'charge.dispute.funds_reinstated', dispute);
  }
  emit(world, 'charge.dispute.closed', dispute);
}

/** An inquiry becomes a chargeback: now the money goes. Also what the control API calls. */
export function escalate(world: StripeWorld, dispute: Stripe.Dispute): void {
  const charge = world.store.charges.get(String(dispute.charge));
  if (charge !== undefined) {
    charge.disputed = true;
    settleWarnings(world, charge);
  }
  dispute.status = 'needs_response';
  dispute.is_charge_refundable = false;
  dispute.evidence_details.due_by = unixNow() + ANSWER_WITHIN;
  dispute.balance_transactions.push(move(world, dispute, -dispute.amount, DISPUTE_FEE));
  emit(world, 'charge.dispute.updated', dispute);
  emit(world, 'charge.dispute.funds_withdrawn', dispute);
}

export function listDisputes(world: StripeWorld, params: z.output<typeof disputeListParams>) {
  const page = pageOf(
    world.store.disputes,
    params,
    (dispute) =>
      (params.charge === undefined || dispute.charge === params.charge) &&
      (params.payment_intent === undefined || dispute.payment_intent === params.payment_intent),
  );
  return listOf('/v1/disputes', page.data, page.hasMore);
}
