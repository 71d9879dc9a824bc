import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Exchange, type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { CarrierGateway, PaymentGateway, PaymentOrder } from '../../src/activities/ports.ts';
import { createShippoGateway } from '../../src/gateways/shippo.ts';
import { createStripe, createStripeGateway } from '../../src/gateways/stripe.ts';
import { AnswerChecker, answerProblems, requestProblems } from './contract.ts';
import { openApi, type StripeMock, startStripeMock } from './stripe-mock.ts';

/** The product's own gateways against the sandbox: what they ask is what Stripe takes, what they read is what was done. */
const exchanges: Exchange[] = [];
let sandbox: Sandbox;
let control: Control;
let stripe: PaymentGateway;
let carriers: CarrierGateway;

beforeAll(async () => {
  sandbox = await startSandbox({ onExchange: (exchange) => exchanges.push(exchange) });
  control = createControl(sandbox.webUrl);
  stripe = createStripeGateway(
    createStripe('sk_test_gateways', new URL(sandbox.stripeUrl)),
    async (number) => `https://shop.example/track/${number}`,
  );
  carriers = createShippoGateway('shippo_test_gateways', new URL(sandbox.shippoUrl));
});
afterAll(() => sandbox.stop());

let count = 0;
const newOrder = (more: Partial<PaymentOrder> = {}): PaymentOrder => ({
  number: `ORD-GATEWAY${String(count++).padStart(3, '0')}`,
  method: 'stripe',
  amount: 4_200,
  currency: 'EUR',
  reference: null,
  attempt: 1,
  ...more,
});
const paying =
  (paymentMethod: string | null, returnUrl: string | null = null) =>
  async () => ({ email: 'ada@example.com', paymentMethod, returnUrl, placedAt: 0 });
const paymentOf = async (number: string) =>
  (await control.ledger()).payments.filter(({ metadata }) => metadata['order_number'] === number);

describe('payments', () => {
  test('held, taken and given back: once each, however often they are asked for', async () => {
    const order = newOrder();
    const held = await stripe.authorize(order, paying('pm_card_visa'));
    expect(held).toMatchObject({ state: 'authorized', amount: 4_200, currency: 'EUR', orderNumber: order.number });
    expect((await stripe.authorize(order, paying('pm_card_visa'))).reference).toBe(held.reference);
    const known = { ...order, reference: held.reference };
    expect((await stripe.capture(known)).state).toBe('captured');
    expect((await stripe.capture({ ...known, attempt: 2 })).state).toBe('captured');
    expect(await paymentOf(order.number)).toMatchObject([{ captured: 4_200, refunded: 0, successful_charges: 1 }]);
    await stripe.giveBack(known);
    await stripe.giveBack({ ...known, attempt: 2 });
    expect(await paymentOf(order.number)).toMatchObject([{ captured: 4_200, refunded: 4_200 }]);
  });

  test('what a person has sent back past the gateway is not given back once more', async () => {
    const order = newOrder();
    const { reference } = await stripe.authorize(order, paying('pm_card_visa'));
    const known = { ...order, reference, returnedByHand: 1_200 };
    await stripe.capture(known);
    await stripe.giveBack(known);
    await stripe.giveBack({ ...known, attempt: 2 });
    expect(await paymentOf(order.number)).toMatchObject([{ captured: 4_200, refunded: 3_000 }]);
  });

  test('a hold is voided, and what is voided cannot be taken', async () => {
    const order = newOrder();
    const held = await stripe.authorize(order, paying('pm_card_visa'));
    const known = { ...order, reference: held.reference };
    expect((await stripe.giveBack(known)).state).toBe('voided');
    expect((await stripe.capture({ ...known, attempt: 2 })).state).toBe('voided');
    expect(await paymentOf(order.number)).toMatchObject([{ captured: 0, refunded: 0, status: 'canceled' }]);
  });

  test('a declined card is a reading that says why', async () => {
    const declined = await stripe.authorize(newOrder(), paying('pm_card_chargeDeclinedInsufficientFunds'));
    expect(declined).toMatchObject({ state: 'failed', failure: { code: 'insufficient_funds' } });
  });

  test('a page is paid by the buyer, or closed', async () => {
    const order = newOrder();
    const opened = await stripe.authorize(order, paying(null));
    expect(opened).toMatchObject({ state: 'awaiting_buyer', nextAction: { type: 'redirect' } });
    await control.payCheckout(opened.reference);
    expect(await stripe.read(opened.reference)).toMatchObject({ state: 'authorized', orderNumber: order.number });
    const unpaid = newOrder();
    const { reference } = await stripe.authorize(unpaid, paying(null));
    expect((await stripe.giveBack({ ...unpaid, reference })).state).toBe('voided');
  });

  test('a page lets the buyer come back to the checkout, or else to their order', async () => {
    const vendor = createStripe('sk_test_gateways', new URL(sandbox.stripeUrl));
    for (const [returnUrl, back] of [
      ['https://shop.example/done?lang=en', (number: string) => `https://shop.example/done?lang=en&order=${number}`],
      [null, (number: string) => `https://shop.example/track/${number}`],
    ] as const) {
      const order = newOrder();
      const { reference } = await stripe.authorize(order, paying(null, returnUrl));
      const { success_url, cancel_url } = await vendor.checkout.sessions.retrieve(reference);
      expect([success_url, cancel_url]).toEqual([back(order.number), back(order.number)]);
    }
  });

  test('an answer lost after the charge is found again under the same key', async () => {
    const order = newOrder();
    // Twice, because the SDK itself asks once more when a connection is closed on it.
    await control.fault({ service: 'stripe', kind: 'timeout_after_effect', match: order.number, count: 2 });
    await expect(stripe.authorize(order, paying('pm_card_visa'))).rejects.toThrow();
    expect((await stripe.authorize(order, paying('pm_card_visa'))).state).toBe('authorized');
    expect(await paymentOf(order.number)).toMatchObject([{ successful_charges: 1 }]);
  });

  /** A payment of 42.00 that was taken. */
  async function taken(): Promise<PaymentOrder> {
    const order = newOrder();
    const { reference } = await stripe.authorize(order, paying('pm_card_visa'));
    const known = { ...order, reference };
    await stripe.capture(known);
    return known;
  }
  const partOf = ({ number }: PaymentOrder) => ({ id: `${number}/r9`, amount: 700, reason: 'duplicate' }) as const;

  test('a refund whose answer was lost is not made again, also when the key is forgotten', async () => {
    const order = await taken();
    await control.fault({ service: 'stripe', route: 'POST /v1/refunds', kind: 'timeout_after_effect', count: 2 });
    await expect(stripe.refund(order, partOf(order))).rejects.toThrow();
    await control.forgetKeys();
    expect((await stripe.refund(order, partOf(order))).reading.refunded).toBe(700);
    expect(await paymentOf(order.number)).toMatchObject([{ refunded: 700 }]);
  });

  test('a refund that was refused is asked for anew by another attempt', async () => {
    const order = await taken();
    const refusing = { service: 'stripe', route: 'POST /v1/refunds', kind: 'error', status: 400, count: 1 } as const;
    await control.fault({ ...refusing, remember: true });
    for (let tries = 0; tries < 2; tries += 1)
      await expect(stripe.refund(order, partOf(order))).rejects.toMatchObject({ type: 'RefundByHand' });
    expect((await stripe.refund({ ...order, attempt: 2 }, partOf(order))).reading.refunded).toBe(700);
    expect(await paymentOf(order.number)).toMatchObject([{ refunded: 700 }]);
  });
});

describe('amounts of currencies that Stripe counts in its own way', () => {
  test.each([
    ['ISK', 5, 500],
    ['UGX', 5_000, 500_000],
    ['MGA', 50_000, 500],
    ['KWD', 5_120, 5_120],
    ['HUF', 500_000, 500_000],
  ])('%s: %i minor units are charged as %i, and read as they were', async (currency, amount, units) => {
    const order = newOrder({ currency, amount });
    const held = await stripe.authorize(order, paying('pm_card_visa'));
    expect(held).toMatchObject({ state: 'authorized', amount, currency });
    const known = { ...order, reference: held.reference };
    expect(await stripe.capture(known)).toMatchObject({ state: 'captured', captured: amount });
    expect(await paymentOf(order.number)).toMatchObject([{ captured: units }]);
    const part = amount - (amount % 1_000);
    const refund = { id: `${order.number}-R1`, amount: part === 0 ? 1 : part, reason: 'other' } as const;
    const { reading } = await stripe.refund(known, refund);
    expect(reading.refunded).toBe(refund.amount);
    expect(await stripe.giveBack({ ...known, attempt: 2 })).toMatchObject({ refunded: amount });
    const page = await stripe.authorize(newOrder({ currency, amount }), paying(null));
    expect(page).toMatchObject({ state: 'awaiting_buyer', amount, currency });
  });

  test('a dispute is about the amount of the order', async () => {
    const order = newOrder({ currency: 'ISK', amount: 700 });
    const { reference } = await stripe.authorize(order, paying('pm_card_createDispute'));
    await stripe.capture({ ...order, reference });
    const sdk = createStripe('sk_test_gateways', new URL(sandbox.stripeUrl));
    const { data } = await sdk.disputes.list({ payment_intent: reference });
    expect(data.map(({ amount }) => amount)).toEqual([70_000]);
    expect(await stripe.readDispute(data[0]?.id ?? '')).toMatchObject({ amount: 700 });
  });

  test('one that Stripe cannot move is refused with its step, and nothing is asked', async () => {
    const order = newOrder({ currency: 'KWD', amount: 5_124 });
    const before = exchanges.length;
    await expect(stripe.authorize(order, paying('pm_card_visa'))).rejects.toThrow('in steps of 0.010 only');
    const paid = { ...order, reference: 'pi_any' };
    await expect(stripe.refund(paid, { id: 'R1', amount: 15, reason: 'other' })).rejects.toMatchObject({
      type: 'RefundByHand',
    });
    expect(exchanges.length).toBe(before);
  });

  test('the sandbox refuses them as Stripe does', async () => {
    const sdk = createStripe('sk_test_gateways', new URL(sandbox.stripeUrl));
    for (const [amount, currency] of [
      [5_124, 'kwd'],
      [550, 'isk'],
      [510, 'ugx'],
    ] as const)
      await expect(sdk.paymentIntents.create({ amount, currency }), currency).rejects.toMatchObject({
        param: 'amount',
      });
  });
});

describe('parcels', () => {
  const shop = {
    name: 'Shop',
    line1: '965 Mission St',
    city: 'San Francisco',
    region: 'CA',
    postalCode: '94103',
    country: 'US',
  };
  const buyer = { name: 'Ada', line1: '1 Main St', city: 'New York', region: 'NY', postalCode: '10001', country: 'US' };
  const box = { lengthCm: 20, widthCm: 15, heightCm: 10, weightG: 900 };

  test('quoted, labelled, found again, followed and voided', async () => {
    const rates = await carriers.rates(shop, buyer, box, 'ORD-1/1');
    expect(rates.length).toBeGreaterThan(2);
    const rate = rates[0];
    if (rate === undefined) throw new Error('No rate.');
    expect(await carriers.findLabel(rate.id)).toBeNull();
    const label = await carriers.buyLabel(rate.id, 'ORD-1/1');
    expect(await carriers.findLabel(rate.id)).toEqual(label);
    expect((await carriers.track(rate.carrier, label.trackingNumber)).status).toBe('pre_transit');
    await control.advanceParcel(label.trackingNumber, 'CUSTOMS_HOLD');
    expect((await carriers.track(rate.carrier, label.trackingNumber)).status).toBe('unknown');
    await carriers.follow(rate.carrier, label.trackingNumber);
    await carriers.voidLabel(label.transaction);
    expect((await control.ledger()).labels).toMatchObject([{ rate: rate.id, metadata: 'ORD-1/1', voided: true }]);
  });

  test('that come back have a label of their own, from the buyer to the shop', async () => {
    const rates = await carriers.returnRates(shop, buyer, box, 'ORD-1/b9');
    expect(new Set(rates.map(({ carrier }) => carrier))).toEqual(new Set(['USPS', 'UPS']));
    const [rate] = rates;
    if (rate === undefined) throw new Error('No rate.');
    const label = await carriers.buyLabel(rate.id, 'ORD-1/b9');
    expect(await carriers.findLabel(rate.id)).toEqual(label);
    const asked = exchanges.findLast(({ route }) => route === 'POST /shipments')?.requestBody ?? '';
    expect(JSON.parse(asked)).toMatchObject({
      extra: { is_return: true },
      address_from: { name: 'Shop' },
      address_to: { name: 'Ada' },
    });
  });

  test.each([
    ['AddressRejected', { postalCode: '00000' }],
    ['AddressRejected', { line1: '1 Invalid St' }],
  ])('a bad address is %s', async (type, wrong) => {
    await expect(carriers.rates(shop, { ...buyer, ...wrong }, box, 'ORD-2')).rejects.toMatchObject({ type });
  });
});

describe('the contract with Stripe', () => {
  let mock: StripeMock | undefined;
  beforeAll(async () => {
    mock = await startStripeMock();
  }, 600_000);
  afterAll(() => mock?.stop());

  test('Stripe would take every request, and every answer fits its schemas', async () => {
    const routes = new Set(exchanges.filter(({ service }) => service === 'stripe').map(({ route }) => route));
    expect(routes.size).toBeGreaterThan(6);
    expect(await requestProblems(mock?.url ?? '', exchanges)).toEqual([]);
    expect([...new Set(answerProblems(new AnswerChecker(await openApi()), exchanges))]).toEqual([]);
  });
});
