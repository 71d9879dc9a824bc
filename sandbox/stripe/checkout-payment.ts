import type Stripe from 'stripe';
import { cancelIntent } from './capture.ts';
import { completeSession, requireSession, sessionOf } from './checkout-sessions.ts';
import { authenticate, confirmIntent } from './confirmation.ts';
import { refused, StripeFailure } from './errors.ts';
import { emit } from './events.ts';
import { newIntent, requireIntent } from './payment-intents.ts';
import { attachTestCard } from './payment-methods.ts';
import type { StripeWorld } from './world.ts';

/** What came of a buyer's attempt, and where their browser goes next. */
export interface PaymentAttempt {
  readonly outcome: 'paid' | 'declined' | 'requires_action';
  readonly redirect: string;
  /** What the buyer is told when the card was declined. */
  readonly message: string;
}

const withSession = (url: string, session: Stripe.Checkout.Session): string =>
  url.replaceAll('{CHECKOUT_SESSION_ID}', session.id);

const notOpen = (session: Stripe.Checkout.Session): StripeFailure =>
  refused(undefined, `This Checkout Session is not open any more (its status is ${String(session.status)}).`);

function intentOf(world: StripeWorld, session: Stripe.Checkout.Session): Stripe.PaymentIntent {
  if (typeof session.payment_intent === 'string') return requireIntent(world, session.payment_intent);
  const wanted = world.store.sessionIntents.get(session.id);
  const intent = newIntent({
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    capture_method: wanted?.captureMethod,
    description: wanted?.description ?? undefined,
    metadata: wanted?.metadata,
    receipt_email: session.customer_email ?? undefined,
  });
  world.store.paymentIntents.set(intent.id, intent);
  world.store.sessionOfIntent.set(intent.id, session.id);
  session.payment_intent = intent.id;
  emit(world, 'payment_intent.created', intent);
  return intent;
}

/** The buyer pressed Pay with this test card. After a refusal the session stays open for another. */
export function payCheckout(world: StripeWorld, sessionId: string, card: string): PaymentAttempt {
  const session = requireSession(world, sessionId);
  if (session.status !== 'open') throw notOpen(session);
  const intent = intentOf(world, session);
  attachTestCard(world, intent, card);
  const returnUrl = withSession(session.success_url ?? `${world.webUrl()}/checkout/${session.id}`, session);
  try {
    confirmIntent(world, intent, { offSession: false, errorOnRequiresAction: false, returnUrl });
  } catch (error) {
    if (!(error instanceof StripeFailure) || error.status !== 402) throw error;
    return { outcome: 'declined', redirect: `${world.webUrl()}/checkout/${session.id}`, message: error.body.message };
  }
  if (intent.status === 'requires_action') {
    return { outcome: 'requires_action', redirect: `${world.webUrl()}/authenticate/${intent.id}`, message: '' };
  }
  completeSession(world, intent);
  return { outcome: 'paid', redirect: returnUrl, message: '' };
}

/** The buyer answered 3D Secure, for a Checkout Session or an intent of the shop's own. */
export function answerAuthentication(world: StripeWorld, intentId: string, approved: boolean): PaymentAttempt {
  const intent = requireIntent(world, intentId);
  const back = intent.next_action?.redirect_to_url?.return_url ?? `${world.webUrl()}/`;
  authenticate(world, intent, approved);
  const session = sessionOf(world, intent);
  const paid = intent.status === 'succeeded' || intent.status === 'requires_capture';
  if (paid) completeSession(world, intent);
  if (paid || session === undefined)
    return { outcome: paid ? 'paid' : 'declined', redirect: returnTo(back, intent), message: '' };
  const message = intent.last_payment_error?.message ?? 'The payment was declined.';
  return { outcome: 'declined', redirect: `${world.webUrl()}/checkout/${session.id}`, message };
}

/** Stripe tells the page the buyer returns to which intent it was, and how it went. */
function returnTo(back: string, intent: Stripe.PaymentIntent): string {
  const url = new URL(back);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('redirect_status', intent.status === 'requires_payment_method' ? 'failed' : 'succeeded');
  return url.href;
}

/** Closes the page; an intent nobody finished paying is canceled with it. */
export function expireSession(world: StripeWorld, id: string): Stripe.Checkout.Session {
  const session = requireSession(world, id);
  if (session.status !== 'open') {
    const message = `Only Checkout Sessions with a status in ["open"] can be expired. This one has a status of ${String(session.status)}.`;
    throw refused(undefined, message);
  }
  session.status = 'expired';
  session.url = null;
  if (typeof session.payment_intent === 'string') {
    cancelIntent(world, requireIntent(world, session.payment_intent), 'automatic');
  }
  emit(world, 'checkout.session.expired', session);
  return session;
}

export function onSessionDue(world: StripeWorld, id: string): void {
  if (world.store.checkoutSessions.get(id)?.status === 'open') expireSession(world, id);
}
