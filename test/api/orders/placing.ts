import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { OrderView } from '../../../src/contracts/order-view.ts';
import { deliver, getOrder, orderRequest, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf, send, serve } from '../answers.ts';
import { system } from '../whole-system.ts';

const stripeAt = (url: string): Stripe.StripeConfig => {
  const { hostname, port } = new URL(url);
  return { protocol: 'http', host: hostname, port };
};

let keys = 0;
const newKey = (): string => `placing-${(keys += 1)}`;
const place = (changes: Record<string, unknown> = {}, idempotencyKey = newKey()) =>
  system.call('POST', '/v1/orders', { body: orderRequest(changes), idempotencyKey });
const placeRaw = (url: string, idempotencyKey: string, changes: Record<string, unknown> = {}) =>
  send(
    `${url}/v1/orders`,
    'POST',
    {
      authorization: `Bearer ${system.key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    JSON.stringify(orderRequest(changes)),
  );
const intakes = async (): Promise<number> =>
  (await system.database.pool.query('select count(*)::int as n from order_intake')).rows[0].n;

describe('an order that is placed', () => {
  test('is answered with 201, its address and the recorded order', async () => {
    const answer = await place({
      channel: 'shop-1',
      customer: {
        name: 'Grace Hopper',
        email: 'grace@example.com',
        phone: '+1 555 0100',
        locale: 'pt-BR',
        ip_address: '2001:db8::7',
      },
      instructions: ' Ring twice,\nplease. ',
      terms: { accepted_at: '2026-01-31T13:00:00+01:00', version: '3', url: 'https://shop.example/terms' },
      discount: '2.00',
      tax: '1.50',
      total: '19.50',
    });
    expect(answer.status).toBe(201);
    const order = OrderView.strict().parse(answer.body);
    expect(order.number).toMatch(/^ORD-[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(answer.headers.get('location')).toBe(`/v1/orders/${order.number}`);
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    expect(order).toMatchObject({
      store: 'main',
      channel: 'shop-1',
      payment_method: 'stripe',
      currency: 'USD',
      customer: {
        name: 'Grace Hopper',
        email: 'grace@example.com',
        phone: '+1 555 0100',
        locale: 'pt-BR',
        ip_address: '2001:db8::7',
      },
      shipping_address: { city: 'San Francisco', country: 'US' },
      billing_address: { city: 'San Francisco', country: 'US' },
      instructions: 'Ring twice,\nplease.',
      terms: { accepted_at: '2026-01-31T12:00:00.000Z', version: '3', url: 'https://shop.example/terms' },
      items: [
        { line: 1, sku: 'MUG', name: 'Product MUG', quantity: 1, unit_price: '15.00', total: '15.00', shortage: null },
      ],
      totals: { subtotal: '15.00', discount: '2.00', shipping: '5.00', tax: '1.50', total: '19.50' },
      total: '19.50',
      workflow: { id: `order-${order.number}` },
    });
    expect(order.timeline[0]).toMatchObject({ seq: 1, type: 'order_placed', to: 'pending', actor: { role: 'owner' } });
    expect((await getOrder(system, order.number)).number).toBe(order.number);
  });

  test('has one line for the same goods at the same price with the same wishes', async () => {
    const mug = { sku: 'MUG', quantity: 1, unit_price: '15.00' };
    const engraved = { ...mug, custom_fields: { text: 'Ada' } };
    const { status, body } = await place({
      items: [mug, { ...mug, quantity: 2 }, engraved, mug, engraved],
      total: '95.00',
    });
    expect(status).toBe(201);
    const lines = (body as OrderView).items.map(({ quantity, custom_fields }) => ({ quantity, custom_fields }));
    expect(lines).toEqual([
      { quantity: 4, custom_fields: {} },
      { quantity: 2, custom_fields: { text: 'Ada' } },
    ]);
  });

  test('keeps names and addresses of every script, to the last emoji', async () => {
    const customer = { name: 'عائشة بنت عبد الله 👩🏽‍💻', email: 'aisha@example.com' };
    const address = {
      name: '山田 太郎',
      line1: 'שדרות רוטשילד 1 ‏',
      line2: 'Ñandú ﷽ e\u0301',
      city: 'Łódź 🏙️',
      region: 'ਪੰਜਾਬ',
      postal_code: '١٢٣٤٥',
      country: 'IL',
    };
    const custom_fields = { 'gruß 🎁': 'Zum Geburtstag 🎂 Žofie ❤️', quantity: 2, wrapped: true };
    const { status, body } = await place({
      customer,
      shipping_address: address,
      payment: { method: 'bank_transfer' },
      items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', custom_fields }],
    });
    expect(status).toBe(201);
    const order = await getOrder(system, body.number);
    expect(order.customer.name).toBe(customer.name);
    expect(order.shipping_address).toEqual({ ...address, line1: address.line1.trim() });
    expect(order.items[0]?.custom_fields).toEqual(custom_fields);
  });

  test('belongs to the buyer on the timeline when the checkout acts for the buyer', async () => {
    const { status, body } = await system.call('POST', '/v1/orders', {
      body: orderRequest(),
      idempotencyKey: newKey(),
      headers: { 'x-acting-for': 'customer' },
    });
    expect(status).toBe(201);
    expect(body.timeline[0].actor.role).toBe('customer');
    expect(body.allowed_actions).toContain('cancel');
    expect(body.allowed_actions).not.toContain('add_note');
  });

  test.each([
    ['cod', 'cod'],
    ['bank_transfer', 'bank_transfer'],
  ])('may be paid by %s', async (method, expected) => {
    const { status, body } = await place({ payment: { method } });
    expect({ status, method: body.payment_method }).toEqual({ status: 201, method: expected });
  });
});

describe('an Idempotency-Key', () => {
  test('is needed', async () => {
    const answer = await system.call('POST', '/v1/orders', { body: orderRequest() });
    problemOf(answer, 400, 'idempotency_key_required');
  });

  test.each([['with a space in it'], ['x'.repeat(256)], ['\u00e9']])('must be visible ASCII: %s', async (key) => {
    problemOf(await place({}, key), 400, 'bad_request');
  });

  test('gives the same answer once more, also when the order has moved on and the API was started again', async () => {
    const key = newKey();
    const first = await placeRaw(system.url, key);
    expect(first.status).toBe(201);
    await deliver(system, first.body.number);
    const again = await placeRaw(system.url, key);
    const restarted = await serve(system);
    const later = await placeRaw(restarted.url, key);
    await restarted.close();
    for (const answer of [again, later]) {
      expect(answer.status).toBe(201);
      expect(answer.headers.get('idempotent-replayed')).toBe('true');
      expect(answer.headers.get('location')).toBe(first.headers.get('location'));
      expect(answer.text, 'byte for byte').toBe(first.text);
    }
  });

  test('gives the same answer once more when the catalogue has changed meanwhile', async () => {
    const sku = 'FLEETING';
    const put = (changes: object) =>
      system.call('PUT', `/v1/products/${sku}`, { body: { name: sku, price: '10.00', currency: 'USD', ...changes } });
    await put({});
    const checkout = await system.makeKey('service', ['orders:create']);
    const wanted = {
      payment: { method: 'bank_transfer' },
      items: [{ sku, quantity: 1, unit_price: '10.00' }],
      total: '15.00',
    };
    const key = newKey();
    const first = await placeRaw(system.url, key, wanted);
    expect(first.status).toBe(201);
    for (const change of [{ price: '12.00' }, { active: false }]) {
      await put(change);
      expect((await placeRaw(system.url, key, wanted)).text).toBe(first.text);
      const request = { body: orderRequest(wanted), idempotencyKey: newKey(), key: checkout };
      problemOf(await system.call('POST', '/v1/orders', request), 422, 'invalid_fields');
    }
  });

  test('with another body is refused, and the first order stays as it is', async () => {
    const key = newKey();
    const { body } = await place({}, key);
    const other = await place({ customer: { name: 'Somebody Else', email: 'else@example.com' } }, key);
    problemOf(other, 422, 'idempotency_key_reused');
    expect((await getOrder(system, body.number)).customer.name).toBe('Ada Lovelace');
    expect((await place({}, key)).body.number).toBe(body.number);
  });

  test('is one for each API key', async () => {
    const key = newKey();
    const checkout = await system.makeKey('service', ['orders:create']);
    const [mine, theirs] = await Promise.all([
      place({}, key),
      system.call('POST', '/v1/orders', { body: orderRequest(), idempotencyKey: key, key: checkout }),
    ]);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body.number).not.toBe(theirs.body.number);
  });

  test('is not used up by a request with wrong fields', async () => {
    const key = newKey();
    const before = await intakes();
    problemOf(await place({ total: '1.00' }, key), 422, 'invalid_fields');
    expect(await intakes()).toBe(before);
    expect((await place({}, key)).status).toBe(201);
  });

  test('used twenty times at once makes one order and one payment', async () => {
    const key = newKey();
    const before = await intakes();
    const answers = await Promise.all(Array.from({ length: 20 }, () => place({ channel: 'rush' }, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const numbers = new Set(answers.map(({ body }) => body.number as string));
    expect(numbers.size).toBe(1);
    expect(await intakes()).toBe(before + 1);
    const [number = ''] = numbers;
    await untilOrder(system, number, (order) => order.payment_status === 'paid');
    const { payments } = await system.control.ledger();
    expect(payments.filter((one) => one.metadata['order_number'] === number)).toHaveLength(1);
  });
});

describe('a payment of the checkout itself', () => {
  const paid = async (): Promise<{ payment: { method: string; payment_intent: string } }> => {
    const { id } = await new Stripe('sk_test_checkout', stripeAt(system.sandbox.stripeUrl)).paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      confirm: true,
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    return { payment: { method: 'stripe', payment_intent: id } };
  };
  const isPaid = ({ payment_status: status }: OrderView): boolean => status === 'paid';

  test('pays one order: another is refused by field, and is not made later either', async () => {
    const payment = await paid();
    const [key, otherKey] = [newKey(), newKey()];
    const first = await placeRaw(system.url, key, payment);
    expect(first.status).toBe(201);
    await untilOrder(system, first.body.number, isPaid);
    const before = await intakes();
    for (const again of [1, 2]) {
      const refused = await place({ ...payment, channel: `other-${again}` }, otherKey);
      expect(fieldsOf(refused)).toEqual({ 'payment.payment_intent': 'pays another order already' });
    }
    expect(await intakes()).toBe(before);
    expect((await placeRaw(system.url, key, payment)).text).toBe(first.text);
  });

  test('pays the one order that twenty requests at once ask for', async () => {
    const payment = await paid();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => place(payment, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.number)).size).toBe(1);
    await untilOrder(system, answers[0]?.body.number, isPaid);
  });
});
