import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { LedgerPayment } from '../../../sandbox/control.ts';
import { failureOf } from '../clients.ts';
import type { Bench } from './bench.ts';
import { authorise, charge } from './scenario.ts';

export function ledgerTests(bench: () => Bench): void {
  const entry = async (intent: Pick<Stripe.PaymentIntent, 'id'>): Promise<LedgerPayment | undefined> => {
    const { payments } = await bench().control.ledger();
    return payments.find((payment) => payment.payment_intent === intent.id);
  };

  describe('the ledger', () => {
    test('counts what was held, taken and given back; letting go of a hold is no refund', async () => {
      const { stripe } = bench();
      const held = await authorise(stripe);
      expect(await entry(held)).toMatchObject({ authorized: 5_000, captured: 0, refunded: 0, successful_charges: 1 });
      await stripe.paymentIntents.capture(held.id, { amount_to_capture: 4_000 });
      expect(await entry(held)).toMatchObject({ authorized: 5_000, captured: 4_000, refunded: 0 });
      await stripe.refunds.create({ payment_intent: held.id, amount: 150 });
      await stripe.refunds.create({ payment_intent: held.id, amount: 50 });
      expect(await entry(held)).toMatchObject({ captured: 4_000, refunded: 200, status: 'succeeded', currency: 'usd' });
    });

    test('counts nothing for a canceled hold, and a declined card as no charge', async () => {
      const { stripe } = bench();
      const held = await authorise(stripe);
      await stripe.paymentIntents.cancel(held.id);
      expect(await entry(held)).toMatchObject({ captured: 0, refunded: 0, status: 'canceled' });
      const declined = await failureOf(charge(stripe, 'pm_card_chargeDeclined'));
      expect(await entry({ id: declined.payment_intent?.id ?? '' })).toMatchObject({
        authorized: 0,
        captured: 0,
        successful_charges: 0,
      });
    });

    test('a refund that fails later was none, and the charge can be refunded again', async () => {
      const { stripe, control, receiver } = bench();
      const paid = await charge(stripe, 'pm_card_refundFail');
      const refund = await stripe.refunds.create({ payment_intent: paid.id });
      expect(await entry(paid)).toMatchObject({ refunded: 5_000 });
      await control.settle();
      expect(await entry(paid)).toMatchObject({ captured: 5_000, refunded: 0 });
      expect(await stripe.charges.retrieve(String(paid.latest_charge))).toMatchObject({
        amount_refunded: 0,
        refunded: false,
      });
      await control.webhooksDelivered();
      const about = receiver.received.filter(({ body }) => body.includes(refund.id));
      const types = about.map(({ body }) => (JSON.parse(body) as Stripe.Event).type);
      expect(types).toEqual(expect.arrayContaining(['refund.failed', 'refund.updated', 'charge.refund.updated']));
      const money = await stripe.balanceTransactions.list({ source: refund.id });
      expect(money.data.reduce((sum, transaction) => sum + transaction.net, 0)).toBe(0);
    });

    test('a dispute is no refund', async () => {
      const { stripe, control } = bench();
      const paid = await charge(stripe);
      await control.dispute(paid.id);
      expect(await entry(paid)).toMatchObject({ captured: 5_000, refunded: 0 });
    });
  });
}
