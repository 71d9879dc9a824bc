import type Stripe from 'stripe';
import { z } from 'zod';
import { stripeId, unixNow } from '../ids.ts';
import { confirmIntent } from './confirmation.ts';
import { checkDecimals } from './currencies.ts';
import { badParameter, missing, refused } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { boolean, integer, mergeMetadata, metadata, paramsOf, text, texts } from './params.ts';
import { attachTestCard } from './payment-methods.ts';
import type { StripeWorld } from './world.ts';

const captureMethod = z.enum(['automatic', 'automatic_async', 'manual']);

const address = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});

const shipping = z.strictObject({
  address,
  carrier: text.optional(),
  name: text,
  phone: text.optional(),
  tracking_number: text.optional(),
});

const described = {
  description: text.optional(),
  receipt_email: text.optional(),
  shipping: shipping.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
  transfer_group: text.optional(),
} as const;

export const createParams = paramsOf<Stripe.PaymentIntentCreateParams>()({
  ...described,
  amount: integer,
  currency: text,
  allowed_payment_method_types: texts.optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: boolean, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  capture_method: captureMethod.optional(),
  confirm: boolean.optional(),
  confirmation_method: z.enum(['automatic', 'manual']).optional(),
  error_on_requires_action: boolean.optional(),
  metadata: metadata.optional(),
  off_session: boolean.optional(),
  payment_method: text.optional(),
  return_url: text.optional(),
  use_stripe_sdk: boolean.optional(),
});

export const updateParams = paramsOf<Stripe.PaymentIntentUpdateParams>()({
  ...described,
  amount: integer.optional(),
  capture_method: captureMethod.optional(),
  metadata: metadata.optional(),
  payment_method: text.optional(),
});

export const intentListParams = listParams<Stripe.PaymentIntentListParams>()({});

const CURRENCIES = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));
const MINIMUM: Readonly<Record<string, number>> = { usd: 50, eur: 50, gbp: 30, cad: 50, aud: 50, brl: 50, chf: 50 };

export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  if (amount < 1)
    throw badParameter('parameter_invalid_integer', param, 'This value must be greater than or equal to 1.');
  if (amount > 99_999_999) {
    throw badParameter('amount_too_large', param, 'Amount must be no more than 99999999 of the smallest unit.');
  }
  checkDecimals(amount, currency, param);
  const minimum = MINIMUM[currency];
  if (minimum !== undefined && amount < minimum) {
    const least = `${(minimum / 100).toFixed(2)} ${currency}`;
    throw badParameter('amount_too_small', param, `Amount must be at least ${least}`);
  }
}

export function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase();
  if (CURRENCIES.has(lower)) return lower;
  throw badParameter('parameter_invalid', 'currency', `Invalid currency: ${currency}.`);
}

type CreateParams = z.output<typeof createParams>;

function checkConfirmation(params: CreateParams): void {
  if (params.confirm === true) {
    const redirects = params.automatic_payment_methods?.allow_redirects ?? 'always';
    if (
      params.allowed_payment_method_types === undefined &&
      redirects === 'always' &&
      params.return_url === undefined
    ) {
      const message =
        'This PaymentIntent may redirect your customer off of your page: you must provide a `return_url`, ' +
        'or set `automatic_payment_methods[allow_redirects]` to `never`.';
      throw badParameter('parameter_missing', 'return_url', message);
    }
    return;
  }
  for (const name of ['return_url', 'off_session', 'error_on_requires_action'] as const) {
    if (params[name] === undefined) continue;
    const message = `The parameter ${name} cannot be passed when creating a PaymentIntent unless confirm is set to true.`;
    throw badParameter('parameter_unknown', name, message);
  }
}

const shippingOf = (given: z.output<typeof shipping> | undefined): Stripe.PaymentIntent.Shipping | null => {
  if (given === undefined) return null;
  const { city, country, line1, line2, postal_code, state } = given.address;
  return {
    address: {
      city: city ?? null,
      country: country ?? null,
      line1: line1 ?? null,
      line2: line2 ?? null,
      postal_code: postal_code ?? null,
      state: state ?? null,
    },
    carrier: given.carrier ?? null,
    name: given.name,
    phone: given.phone ?? null,
    tracking_number: given.tracking_number ?? null,
  };
};

/** A new intent with nothing paid yet, in the shape of the SDK's type. */
export function newIntent(
  given: Pick<CreateParams, 'amount' | 'currency'> & Partial<CreateParams>,
): Stripe.PaymentIntent {
  const id = stripeId('pi');
  const automatic = given.allowed_payment_method_types === undefined;
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: given.allowed_payment_method_types ?? null,
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automatic
      ? {
          allow_redirects: given.automatic_payment_methods?.allow_redirects ?? 'always',
          enabled: given.automatic_payment_methods?.enabled ?? true,
        }
      : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: given.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${stripeId('s').slice(2)}`,
    confirmation_method: given.confirmation_method ?? 'automatic',
    created: unixNow(),
    currency: given.currency,
    customer: null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: mergeMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: given.receipt_email ?? null,
    review: null,
    setup_future_usage: null,
    shipping: shippingOf(given.shipping),
    source: null,
    statement_descriptor: given.statement_descriptor ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: given.transfer_group ?? null,
  };
}

export function createIntent(world: StripeWorld, params: CreateParams): Stripe.PaymentIntent {
  const currency = checkCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkConfirmation(params);
  const intent = newIntent({ ...params, currency });
  if (params.payment_method !== undefined) {
    attachTestCard(world, intent, params.payment_method);
  } else if (params.confirm === true) {
    const message = 'You cannot confirm this PaymentIntent because it is missing a payment method.';
    throw badParameter('parameter_missing', 'payment_method', message);
  }
  world.store.paymentIntents.set(intent.id, intent);
  emit(world, 'payment_intent.created', intent);
  if (params.confirm !== true) return intent;
  return confirmIntent(world, intent, {
    offSession: params.off_session ?? false,
    errorOnRequiresAction: params.error_on_requires_action ?? false,
    returnUrl: params.return_url,
  });
}

export function requireIntent(world: StripeWorld, id: string, param = 'intent'): Stripe.PaymentIntent {
  const intent = world.store.paymentIntents.get(id);
  if (intent === undefined) throw missing('payment_intent', id, param);
  return intent;
}

const UPDATABLE = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export function updateIntent(
  world: StripeWorld,
  id: string,
  params: z.output<typeof updateParams>,
): Stripe.PaymentIntent {
  const intent = requireIntent(world, id);
  const { amount, capture_method, payment_method } = params;
  if ((amount ?? capture_method ?? payment_method) !== undefined && !UPDATABLE.has(intent.status)) {
    const message = `This PaymentIntent's amount could not be updated because it has a status of ${intent.status}.`;
    throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  if (amount !== undefined) checkAmount(amount, intent.currency);
  if (payment_method !== undefined) attachTestCard(world, intent, payment_method);
  intent.amount = amount ?? intent.amount;
  intent.capture_method = capture_method ?? intent.capture_method;
  intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  intent.description = params.description ?? intent.description;
  intent.receipt_email = params.receipt_email ?? intent.receipt_email;
  intent.shipping = shippingOf(params.shipping) ?? intent.shipping;
  intent.statement_descriptor = params.statement_descriptor ?? intent.statement_descriptor;
  intent.statement_descriptor_suffix = params.statement_descriptor_suffix ?? intent.statement_descriptor_suffix;
  intent.transfer_group = params.transfer_group ?? intent.transfer_group;
  return intent;
}

export function listIntents(world: StripeWorld, params: z.output<typeof intentListParams>) {
  const page = pageOf(world.store.paymentIntents, params);
  return listOf('/v1/payment_intents', page.data, page.hasMore);
}
