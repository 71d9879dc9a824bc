import type Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';

/** How a card refuses: what the error and the failed charge say. */
export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
  /** The reason and type of the charge's outcome; a bank's refusal unless Radar blocked it. */
  readonly blocked?: boolean;
}

/** What a documented test card does. Everything left out goes well. */
export interface TestCard {
  readonly brand: 'visa' | 'mastercard' | 'amex';
  readonly last4: string;
  readonly label: string;
  readonly decline?: Decline;
  /** The bank asks the buyer (3D Secure); off session there is nobody to ask and the payment fails. */
  readonly authentication?: true;
  readonly dispute?: { readonly reason: string; readonly inquiry: boolean };
  readonly earlyFraudWarning?: boolean;
  readonly riskLevel?: 'normal' | 'elevated' | 'highest';
  readonly checks?: { readonly cvc?: 'fail'; readonly postalCode?: 'fail'; readonly line1?: 'fail' };
  readonly refund?: 'pending' | 'fails';
}

const declined = (declineCode: string, message = 'Your card was declined.', code = 'card_declined'): Decline => ({
  code,
  declineCode,
  message,
});

const visa = (last4: string, label: string, traits: Partial<TestCard> = {}): TestCard => ({
  brand: 'visa',
  last4,
  label,
  ...traits,
});

/** The test payment methods of docs.stripe.com/testing that the sandbox honours, by id. */
export const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: visa('4242', 'Visa, goes through'),
  pm_card_mastercard: { brand: 'mastercard', last4: '4444', label: 'Mastercard, goes through' },
  pm_card_amex: { brand: 'amex', last4: '8431', label: 'American Express, goes through' },
  pm_card_bypassPending: visa('0077', 'Visa, money available at once'),
  pm_card_chargeDeclined: visa('0002', 'Declined', { decline: declined('generic_decline') }),
  pm_card_chargeDeclinedInsufficientFunds: visa('9995', 'Declined: insufficient funds', {
    decline: declined('insufficient_funds', 'Your card has insufficient funds.'),
  }),
  pm_card_chargeDeclinedLostCard: visa('9987', 'Declined: lost card', { decline: declined('lost_card') }),
  pm_card_chargeDeclinedStolenCard: visa('9979', 'Declined: stolen card', { decline: declined('stolen_card') }),
  pm_card_chargeDeclinedExpiredCard: visa('0069', 'Declined: expired card', {
    decline: declined('expired_card', 'Your card has expired.', 'expired_card'),
  }),
  pm_card_chargeDeclinedIncorrectCvc: visa('0127', 'Declined: wrong security code', {
    decline: declined('incorrect_cvc', "Your card's security code is incorrect.", 'incorrect_cvc'),
    checks: { cvc: 'fail' },
  }),
  pm_card_chargeDeclinedProcessingError: visa('0119', 'Declined: processing error', {
    decline: declined(
      'processing_error',
      'An error occurred while processing your card. Try again in a little bit.',
      'processing_error',
    ),
  }),
  pm_card_chargeCustomerFail: visa('0341', 'Can be saved, then declined', { decline: declined('generic_decline') }),
  pm_card_authenticationRequired: visa('3184', '3D Secure: always asks', { authentication: true }),
  pm_card_threeDSecure2Required: visa('3220', '3D Secure 2: asks', { authentication: true }),
  pm_card_threeDSecureRequiredChargeDeclined: visa('1629', '3D Secure asks, then declined', {
    authentication: true,
    decline: declined('generic_decline'),
  }),
  pm_card_createDispute: visa('0259', 'Disputed as fraudulent', { dispute: { reason: 'fraudulent', inquiry: false } }),
  pm_card_createDisputeProductNotReceived: visa('2685', 'Disputed: product not received', {
    dispute: { reason: 'product_not_received', inquiry: false },
  }),
  pm_card_createDisputeInquiry: visa('1976', 'Disputed as an inquiry', {
    dispute: { reason: 'fraudulent', inquiry: true },
  }),
  pm_card_createIssuerFraudRecord: visa('5423', 'Early fraud warning', { earlyFraudWarning: true }),
  pm_card_radarBlock: visa('0019', 'Blocked by Radar', {
    riskLevel: 'highest',
    decline: { ...declined('fraudulent'), blocked: true },
  }),
  pm_card_riskLevelHighest: visa('4954', 'Highest risk, not blocked', { riskLevel: 'highest' }),
  pm_card_riskLevelElevated: visa('9235', 'Elevated risk, put in review', { riskLevel: 'elevated' }),
  pm_card_cvcCheckFail: visa('0101', 'Security code check fails', { checks: { cvc: 'fail' } }),
  pm_card_avsFail: visa('0010', 'Address checks fail', { checks: { postalCode: 'fail', line1: 'fail' } }),
  pm_card_avsZipFail: visa('0036', 'Postal code check fails', { checks: { postalCode: 'fail' } }),
  pm_card_avsLine1Fail: visa('0028', 'Street check fails', { checks: { line1: 'fail' } }),
  pm_card_pendingRefund: visa('7726', 'Refunds are pending first', { refund: 'pending' }),
  pm_card_refundFail: visa('5126', 'Refunds fail later', { refund: 'fails' }),
};

const ALIAS = /^pm_card_visa_(chargeDeclined\w*)$/;

/** The documented id behind a name or its alias (`pm_card_visa_chargeDeclined…`); undefined when there is no such card. */
export function testCardId(name: string): string | undefined {
  const id = name.replace(ALIAS, 'pm_card_$1');
  return Object.hasOwn(TEST_CARDS, id) ? id : undefined;
}

/** The card behind a test card's id, which must be one of {@link TEST_CARDS}. */
export function testCard(id: string): TestCard {
  const card = TEST_CARDS[id];
  if (card === undefined) throw new Error(`No test card is called ${id}`);
  return card;
}

/** Stripe makes a new payment method each time one of its test names is used; so does the sandbox. */
export function paymentMethodOf(card: TestCard): Stripe.PaymentMethod {
  return {
    id: stripeId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date().getUTCFullYear() + 3,
      fingerprint: `sandbox${card.last4}`,
      funding: 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: unixNow(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
