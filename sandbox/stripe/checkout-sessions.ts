import Stripe from 'stripe';
import { z } from 'zod';
import { stripeId, unixNow } from '../ids.ts';
import { badParameter, missing } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { boolean, integer, mergeMetadata, metadata, paramsOf, text, texts } from './params.ts';
import { checkAmount, checkCurrency } from './payment-intents.ts';
import type { StripeWorld } from './world.ts';

const productData = z.strictObject({
  name: text,
  description: text.optional(),
  images: texts.optional(),
  metadata: metadata.optional(),
});

const lineItem = z.strictObject({
  quantity: integer,
  price_data: z.strictObject({ currency: text, unit_amount: integer, product_data: productData }),
});

export const sessionParams = paramsOf<Stripe.Checkout.SessionCreateParams>()({
  mode: z.literal('payment'),
  line_items: z.array(lineItem),
  success_url: text,
  cancel_url: text.optional(),
  allowed_payment_method_types: texts.optional(),
  billing_address_collection: z.enum(['auto', 'required']).optional(),
  client_reference_id: text.optional(),
  customer_email: text.optional(),
  expires_at: integer.optional(),
  locale: text.optional(),
  metadata: metadata.optional(),
  payment_intent_data: z
    .strictObject({
      capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional(),
      description: text.optional(),
      metadata: metadata.optional(),
    })
    .optional(),
  phone_number_collection: z.strictObject({ enabled: boolean }).optional(),
  submit_type: z.enum(['auto', 'book', 'donate', 'pay']).optional(),
});

export const sessionListParams = listParams<Stripe.Checkout.SessionListParams>()({
  payment_intent: text.optional(),
  status: z.enum(['open', 'complete', 'expired']).optional(),
});

export const lineItemListParams = listParams<Stripe.Checkout.SessionListLineItemsParams>()({});

type SessionParams = z.output<typeof sessionParams>;

function lineItemOf(given: SessionParams['line_items'][number]): Stripe.LineItem {
  const { currency, unit_amount, product_data } = given.price_data;
  const total = unit_amount * given.quantity;
  return {
    id: stripeId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency,
    description: product_data.name,
    metadata: {},
    price: {
      id: stripeId('price'),
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      created: unixNow(),
      currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: stripeId('prod'),
      recurring: null,
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount,
      unit_amount_decimal: Stripe.Decimal.from(unit_amount),
    },
    quantity: given.quantity,
  };
}

function checkLines(params: SessionParams): { readonly currency: string; readonly total: number } {
  const [first] = params.line_items;
  if (first === undefined) throw badParameter('parameter_missing', 'line_items', 'Missing required param: line_items.');
  const currency = checkCurrency(first.price_data.currency);
  if (params.line_items.some((item) => item.price_data.currency.toLowerCase() !== currency)) {
    throw badParameter('parameter_invalid', 'line_items', 'All line items must have the same currency.');
  }
  if (params.line_items.some((item) => item.quantity < 1 || item.price_data.unit_amount < 0)) {
    throw badParameter(
      'parameter_invalid_integer',
      'line_items',
      'Quantities must be at least 1 and amounts at least 0.',
    );
  }
  const total = params.line_items.reduce((sum, item) => sum + item.price_data.unit_amount * item.quantity, 0);
  checkAmount(total, currency, 'line_items');
  return { currency, total };
}

const HALF_AN_HOUR = 30 * 60;
const A_DAY = 86_400;

function expiryOf(given: number | undefined): number {
  const now = unixNow();
  if (given === undefined) return now + A_DAY;
  if (given >= now + HALF_AN_HOUR - 60 && given <= now + A_DAY + 60) return given;
  const message = 'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from now.';
  throw badParameter('parameter_invalid', 'expires_at', message);
}

export const SESSION_EXPIRES = 'stripe.session';

/** A page where somebody pays; its PaymentIntent comes to be when they do. */
export function createSession(world: StripeWorld, params: SessionParams): Stripe.Checkout.Session {
  const { currency, total } = checkLines(params);
  const id = stripeId('cs_test');
  const session = newSession(world, id, params, currency, total);
  world.store.checkoutSessions.set(id, session);
  world.store.lineItems.set(id, params.line_items.map(lineItemOf));
  world.store.sessionIntents.set(id, {
    captureMethod: params.payment_intent_data?.capture_method ?? 'automatic_async',
    metadata: mergeMetadata({}, params.payment_intent_data?.metadata),
    description: params.payment_intent_data?.description ?? null,
  });
  world.agenda.add(SESSION_EXPIRES, id, session.expires_at - unixNow());
  return session;
}

function newSession(
  world: StripeWorld,
  id: string,
  params: SessionParams,
  currency: string,
  total: number,
): Stripe.Checkout.Session {
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: unixNow(),
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: expiryOf(params.expires_at),
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: { enabled: false },
    metadata: mergeMetadata({}, params.metadata),
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${world.webUrl()}/checkout/${id}`,
    wallet_options: null,
  };
}

export function requireSession(world: StripeWorld, id: string): Stripe.Checkout.Session {
  const session = world.store.checkoutSessions.get(id);
  if (session === undefined) throw missing('checkout.session', id, 'session');
  return session;
}

export function listSessions(world: StripeWorld, params: z.output<typeof sessionListParams>) {
  const page = pageOf(
    world.store.checkoutSessions,
    params,
    (session) =>
      (params.payment_intent === undefined || session.payment_intent === params.payment_intent) &&
      (params.status === undefined || session.status === params.status),
  );
  return listOf('/v1/checkout/sessions', page.data, page.hasMore);
}

export function listLineItems(world: StripeWorld, id: string) {
  requireSession(world, id);
  return listOf(`/v1/checkout/sessions/${id}/line_items`, world.store.lineItems.get(id) ?? [], false);
}

/** The session's intent has been paid, or held for a later capture: the buyer is done. */
export function completeSession(world: StripeWorld, intent: Stripe.PaymentIntent): void {
  const session = sessionOf(world, intent);
  if (session?.status !== 'open') return;
  session.status = 'complete';
  session.url = null;
  // Held money is not paid money: the status follows when it is captured.
  session.payment_status = intent.status === 'succeeded' ? 'paid' : 'unpaid';
  session.customer_details = {
    address: null,
    business_name: null,
    email: session.customer_email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
  emit(world, 'checkout.session.completed', session);
}

export function sessionOf(world: StripeWorld, intent: Stripe.PaymentIntent): Stripe.Checkout.Session | undefined {
  const id = world.store.sessionOfIntent.get(intent.id);
  return id === undefined ? undefined : world.store.checkoutSessions.get(id);
}

export function markSessionPaid(world: StripeWorld, intent: Stripe.PaymentIntent): void {
  const session = sessionOf(world, intent);
  if (session !== undefined) session.payment_status = 'paid';
}
