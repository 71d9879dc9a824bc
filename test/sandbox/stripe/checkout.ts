import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';

const open = (stripe: Stripe, captureMethod: 'manual' | 'automatic' = 'manual'): Promise<Stripe.Checkout.Session> =>
  stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/cart',
    customer_email: 'buyer@example.com',
    metadata: { order: 'ORD-7' },
    line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 2_500, product_data: { name: 'Lamp' } } }],
    payment_intent_data: { capture_method: captureMethod, description: 'Order 7', metadata: { order: 'ORD-7' } },
  });

/** What a browser does with a form of the page: no redirect is followed, so that the test sees where it leads. */
const press = (url: string, fields: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

export function checkoutTests(bench: () => Bench): void {
  describe('the hosted payment page', () => {
    test('shows the lines and the test cards, and pays with the card chosen', async () => {
      const { stripe, sandbox } = bench();
      const session = await open(stripe);
      const page = await (await fetch(session.url ?? '')).text();
      expect(page).toContain('1 × Lamp');
      expect(page).toContain('€25.00');
      expect(page).toContain('value="pm_card_createDispute"');
      expect(page).toContain('href="https://shop.example/cart"');
      const paid = await press(`${sandbox.webUrl}/_sandbox/checkout/${session.id}/pay`, { card: 'pm_card_visa' });
      expect(paid.status).toBe(303);
      expect(paid.headers.get('location')).toBe(`https://shop.example/done?session=${session.id}`);

      const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'line_items'] });
      expect(after).toMatchObject({ status: 'complete', payment_status: 'unpaid', url: null });
      expect(after.customer_details?.email).toBe('buyer@example.com');
      const intent = after.payment_intent as Stripe.PaymentIntent;
      expect(intent).toMatchObject({ status: 'requires_capture', amount: 2_500, metadata: { order: 'ORD-7' } });
      await stripe.paymentIntents.capture(intent.id);
      expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid');
      const listed = await stripe.checkout.sessions.list({ payment_intent: intent.id });
      expect(listed.data.map(({ id }) => id)).toEqual([session.id]);
    });

    test('says why a card was declined and stays open for another', async () => {
      const { stripe, control } = bench();
      const session = await open(stripe, 'automatic');
      const declined = await control.payCheckout(session.id, 'pm_card_chargeDeclinedInsufficientFunds');
      expect(declined).toMatchObject({ outcome: 'declined', message: 'Your card has insufficient funds.' });
      expect(await (await fetch(session.url ?? '')).text()).toContain('Your card has insufficient funds.');
      expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
      expect(await control.payCheckout(session.id)).toMatchObject({ outcome: 'paid' });
      const after = await stripe.checkout.sessions.retrieve(session.id);
      expect(after).toMatchObject({ status: 'complete', payment_status: 'paid' });
      await expect(control.payCheckout(session.id)).rejects.toThrow('not open');
      const charges = await stripe.charges.list({ payment_intent: String(after.payment_intent) });
      expect(charges.data.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
    });

    test('leads through 3D Secure, and back to the page when the buyer denies', async () => {
      const { stripe, control, sandbox } = bench();
      const session = await open(stripe);
      const asked = await control.payCheckout(session.id, 'pm_card_threeDSecure2Required');
      expect(asked).toMatchObject({ outcome: 'requires_action' });
      expect(await (await fetch(asked.redirect)).text()).toContain('Approve');
      const intent = String((await stripe.checkout.sessions.retrieve(session.id)).payment_intent);
      const authenticate = `${sandbox.webUrl}/_sandbox/payment-intents/${intent}/authenticate`;
      const denied = await press(authenticate, { approve: 'false' });
      expect(denied.headers.get('location')).toBe(session.url);
      expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'payment_intent_authentication_failure' },
      });
      await control.payCheckout(session.id, 'pm_card_threeDSecure2Required');
      const approved = await press(authenticate, { approve: 'true' });
      expect(approved.headers.get('location')).toMatch(/^https:\/\/shop\.example\/done\?session=cs_test_\w+&/);
      expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
    });

    test('an expired page cancels the payment somebody began on it', async () => {
      const { stripe, control } = bench();
      const session = await open(stripe);
      await control.payCheckout(session.id, 'pm_card_chargeDeclined');
      await stripe.checkout.sessions.expire(session.id);
      const intent = String((await stripe.checkout.sessions.retrieve(session.id)).payment_intent);
      expect((await stripe.paymentIntents.retrieve(intent)).status).toBe('canceled');
      expect(await (await fetch(`${bench().sandbox.webUrl}/checkout/${session.id}`)).text()).toContain('expired');
    });
  });

  describe('3D Secure of an intent of our own', () => {
    const asked = (stripe: Stripe, card: string): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({
        amount: 1_200,
        currency: 'usd',
        confirm: true,
        capture_method: 'manual',
        payment_method: card,
        return_url: 'https://shop.example/return?order=9',
      });

    test('approved, it is authenticated and the buyer comes back', async () => {
      const { stripe, sandbox } = bench();
      const intent = await asked(stripe, 'pm_card_authenticationRequired');
      const page = intent.next_action?.redirect_to_url?.url ?? '';
      expect(page).toBe(`${sandbox.webUrl}/authenticate/${intent.id}`);
      const path = `${sandbox.webUrl}/_sandbox/payment-intents/${intent.id}/authenticate`;
      const back = new URL((await press(path, { approve: 'true' })).headers.get('location') ?? '');
      expect(back.origin + back.pathname).toBe('https://shop.example/return');
      expect(Object.fromEntries(back.searchParams)).toMatchObject({ order: '9', payment_intent: intent.id });
      const after = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
      expect(after).toMatchObject({ status: 'requires_capture', next_action: null });
      const charge = after.latest_charge as Stripe.Charge;
      expect(charge.payment_method_details?.card?.three_d_secure?.result).toBe('authenticated');
      expect((await press(path, { approve: 'true' })).status).toBe(400);
    });

    test('approved but declined, it waits for another card', async () => {
      const { stripe, control } = bench();
      const intent = await asked(stripe, 'pm_card_threeDSecureRequiredChargeDeclined');
      expect(await control.authenticate(intent.id, true)).toMatchObject({ outcome: 'declined' });
      expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
    });
  });
}
