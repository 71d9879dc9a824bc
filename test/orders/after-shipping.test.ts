import { afterAll, beforeAll, describe, expect } from 'vitest';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, resolve, openException, untilException } = deskOf(() => system);
const TWO = { items: [{ sku: 'MUG', quantity: 2, unit_price: '15.00' }], total: '35.00' };
const onHand = async (sku: string): Promise<number> =>
  (await system.call('GET', `/v1/inventory?sku=${sku}`)).body.data.reduce(
    (sum: number, level: { on_hand: number }) => sum + level.on_hand,
    0,
  );
const referenceOf = async (number: string): Promise<string> =>
  (await getOrder(system, number)).payments[0]?.reference ?? '';
const refundedAtGateway = async (number: string): Promise<number | undefined> => {
  const reference = await referenceOf(number);
  return (await system.control.ledger()).payments.find((one) => one.payment_intent === reference)?.refunded;
};
const untilRefunded = (number: string) =>
  untilOrder(
    system,
    number,
    ({ refunds }) => refunds.length > 0 && refunds.every(({ status }) => status === 'succeeded'),
  );

/** The parcel is with the carrier. */
async function send(number: string): Promise<string> {
  const labelled = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
  const tracking = labelled.fulfilments[0]?.tracking_number ?? '';
  await system.control.advanceParcel(tracking, 'TRANSIT');
  await untilOrder(system, number, (order) => order.status === 'shipped');
  return tracking;
}

describe('refunds', () => {
  scenario(
    () => system,
    'a partial refund leaves the order as it is',
    async ({ place }) => {
      const number = await place(TWO);
      await deliver(system, number);
      const { status, body } = await act(number, 'refund', { amount: '7.50', refund_reason: 'not_as_described' });
      expect(status).toBe(200);
      expect(body.refundable).toBe('27.50');
      const order = await untilRefunded(number);
      expect(order).toMatchObject({ status: 'completed', payment_status: 'partially_refunded' });
      expect(await refundedAtGateway(number)).toBe(750);
      const mail = await mailAbout(system, number, /^Your refund/);
      expect(mail).toContain('We have refunded $7.50 to the card');
      expect(mail).toContain('Reason: What you got was not as described.');
    },
    { events: 70 },
  );

  scenario(
    () => system,
    'a full refund leaves the amount empty and makes the order refunded',
    async ({ place }) => {
      const number = await place(TWO);
      await deliver(system, number);
      await act(number, 'refund', { refund_reason: 'requested_by_customer' });
      const order = await untilOrder(system, number, (one) => one.status === 'refunded');
      expect(order).toMatchObject({ payment_status: 'refunded', refundable: '0.00' });
      expect(await refundedAtGateway(number)).toBe(3500);
      expect((await act(number, 'refund', { refund_reason: 'duplicate' })).status).toBe(409);
    },
    { events: 64 },
  );

  scenario(
    () => system,
    'by line, what the units cost goes back, each unit once',
    async ({ place }) => {
      const number = await place(TWO);
      await deliver(system, number);
      const lines = [{ line: 1, quantity: 1 }];
      await act(number, 'refund', { lines, refund_reason: 'not_as_described' });
      const order = await untilRefunded(number);
      expect(order.refunds[0]?.amount).toBe('15.00');
      expect(order.items[0]?.quantities.refunded).toBe(1);
      expect(await mailAbout(system, number, /^Your refund/)).toContain('1 × $15.00');
      const more = await act(number, 'refund', { lines: [{ line: 1, quantity: 2 }], refund_reason: 'duplicate' });
      expect(more.body.code).toBe('units_exceeded');
    },
  );

  scenario(
    () => system,
    'is refused for what is not paid, beyond what is left, and without the reason behind "other"',
    async ({ place }) => {
      const unpaid = await place({ payment: { method: 'cod' } });
      await send(unpaid);
      expect((await act(unpaid, 'refund', { refund_reason: 'duplicate' })).body.code).toBe('nothing_paid');
      const number = await place();
      await deliver(system, number);
      const beyond = await act(number, 'refund', { amount: '20.01', refund_reason: 'duplicate' });
      expect(beyond).toMatchObject({ status: 422, body: { code: 'refund_exceeds_payment' } });
      expect((await act(number, 'refund', { refund_reason: 'other' })).body.code).toBe('note_required');
      const missing = await act(number, 'refund', { amount: '1.00' });
      expect(missing.body.errors).toMatchObject([{ field: 'refund_reason' }]);
    },
  );

  scenario(
    () => system,
    'of two people who refund the same money at once, one is refused',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const refund = () => act(number, 'refund', { amount: '15.00', refund_reason: 'requested_by_customer' });
      const answers = await Promise.all([refund(), refund(), refund()]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 422, 422]);
      await untilRefunded(number);
      expect(await refundedAtGateway(number)).toBe(1500);
    },
  );

  scenario(
    () => system,
    'cash that was collected goes back by hand, and is recorded',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await deliver(system, number);
      await act(number, 'refund', { amount: '5.00', refund_reason: 'not_as_described' });
      const due = await openException(number, 'refund_due');
      await resolve(due, { resolution: 'refunded_by_hand', note: 'cash, by courier' });
      const order = await untilRefunded(number);
      expect(order).toMatchObject({ payment_status: 'partially_refunded', payments: [{ refunded: '5.00' }] });
      const mail = await mailAbout(system, number, /^Your refund/);
      expect(mail).toContain('returned $5.00 to you, in cash');
      expect(mail).not.toContain('by courier');
    },
  );

  scenario(
    () => system,
    'one that fails later is a matter for a person again',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_refundFail' } });
      await deliver(system, number);
      await act(number, 'refund', { amount: '5.00', refund_reason: 'requested_by_customer' });
      await untilOrder(system, number, (one) => one.refunds.length === 1);
      await system.control.settle();
      const failed = await untilException(number, 'refund_failed');
      expect(failed.refunds[0]?.status).toBe('failed');
      await untilOrder(system, number, (one) => one.refundable === '20.00');
      const exception = await openException(number, 'refund_failed');
      await resolve(exception, { resolution: 'refunded_by_hand', note: 'bank transfer' });
      expect((await getOrder(system, number)).payments[0]?.refunded).toBe('5.00');
    },
  );
});

describe('lost parcels', () => {
  scenario(
    () => system,
    'are sent again from stock, and the order ends delivered',
    async ({ place }) => {
      const number = await place(TWO);
      const lost = await send(number);
      const { status, body } = await act(number, 'reship', { reason: 'the carrier has given up' });
      expect(status).toBe(200);
      expect(body.status).toBe('processing');
      expect(body.fulfilments[0].status).toBe('lost');
      const mail = await mailAbout(system, number, /again$/);
      expect(mail).toContain('2 × $15.00');
      expect(mail).not.toContain('the carrier has given up');
      const again = await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      expect(again.fulfilments[1]?.tracking_number).not.toBe(lost);
      const tracking = again.fulfilments[1]?.tracking_number ?? '';
      for (const step of ['TRANSIT', 'DELIVERED']) await system.control.advanceParcel(tracking, step);
      const order = await untilOrder(system, number, (one) => one.status === 'completed');
      expect(order.items[0]?.quantities).toMatchObject({ shipped: 2, delivered: 2, reserved: 0 });
    },
    { events: 62 },
  );

  scenario(
    () => system,
    'only a parcel that is on its way can be sent again',
    async ({ place }) => {
      const number = await place();
      await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      expect((await act(number, 'reship', { reason: 'too early' })).body.code).toBe('parcel_not_on_its_way');
    },
  );

  scenario(
    () => system,
    'that turn up after all are put before a person',
    async ({ place }) => {
      const number = await place();
      const lost = await send(number);
      await act(number, 'reship', { reason: 'lost' });
      await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      await system.control.advanceParcel(lost, 'DELIVERED');
      const order = await untilException(number, 'parcel_lost');
      expect(order.exceptions.at(-1)?.summary).toContain('delivered after all');
    },
  );
});

describe('parcels that come back to the sender', () => {
  const refuse = async (number: string): Promise<string> => {
    await system.control.advanceParcel(await send(number), 'RETURNED');
    return openException(number, 'delivery_failed');
  };

  scenario(
    () => system,
    'because the buyer refused them are on hand again, and are sent again',
    async ({ place }) => {
      const before = await onHand('MUG');
      const number = await place();
      const refused = await refuse(number);
      expect(await onHand('MUG')).toBe(before - 1);
      expect((await resolve(refused, { resolution: 'reship', came_back: 'restock' })).status).toBe(200);
      expect(await onHand('MUG')).toBe(before);
      const again = await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      expect(again.fulfilments[0]?.status).toBe('returned');
      expect(await mailAbout(system, number, /^We are sending your order .* again/)).toContain('Product MUG');
      const tracking = again.fulfilments[1]?.tracking_number ?? '';
      for (const step of ['TRANSIT', 'DELIVERED']) await system.control.advanceParcel(tracking, step);
      const order = await untilOrder(system, number, (one) => one.status === 'completed');
      expect(order.items[0]?.quantities).toMatchObject({ shipped: 1, delivered: 1, cancelled: 0 });
    },
  );

  scenario(
    () => system,
    'and cannot be sold again are written off, and the buyer gets all money back',
    async ({ place }) => {
      const before = await onHand('MUG');
      const number = await place();
      const refused = await refuse(number);
      const body = { exception: refused, resolution: 'refund', came_back: 'restock' };
      const preview = await act(number, 'resolve_exception/preview', body);
      expect(preview.body.would_change).toMatchObject({
        money: { refund: '20.00' },
        stock: [{ sku: 'MUG', restocked: 1 }],
        parcels: [{ from: 'shipped', to: 'returned' }],
      });
      expect((await resolve(refused, { resolution: 'refund', came_back: 'write_off' })).status).toBe(200);
      await untilOrder(system, number, (one) => one.status === 'refunded');
      expect(await refundedAtGateway(number)).toBe(2000);
      expect(await onHand('MUG')).toBe(before - 1);
    },
  );

  scenario(
    () => system,
    'are a matter of their own when another parcel has arrived, of which goods can be sent back meanwhile',
    async ({ place }) => {
      const items = [
        { sku: 'TEE', quantity: 1, unit_price: '29.99' },
        { sku: 'RARE', quantity: 1, unit_price: '99.00' },
      ];
      const number = await place({ items, total: '133.99' });
      const { fulfilments } = await untilOrder(
        system,
        number,
        (one) => one.fulfilments.length === 2 && one.fulfilments.every(({ status }) => status === 'labelled'),
      );
      const [arrives = '', fails = ''] = fulfilments.map((one) => one.tracking_number ?? '');
      const [here] = fulfilments[0]?.lines ?? [];
      for (const step of ['TRANSIT', 'DELIVERED']) await system.control.advanceParcel(arrives, step);
      for (const step of ['TRANSIT', 'FAILURE']) await system.control.advanceParcel(fails, step);
      const failed = await openException(number, 'delivery_failed');
      expect((await resolve(failed, { resolution: 'mark_failed', note: 'no' })).body.code).toBe('part_delivered');
      const lines = [{ line: here?.line ?? 0, quantity: 1 }];
      const buyer = { 'x-acting-for': 'customer' };
      const asked = await act(number, 'request_return', { lines, return_reason: 'damaged' }, buyer);
      expect(asked.body).toMatchObject({ status: 'shipped', returns: [{ status: 'requested' }] });
      expect((await act(number, 'approve_return', {})).body.returns[0].status).toBe('approved');
      await resolve(failed, { resolution: 'refund' });
      const order = await untilOrder(system, number, (one) => one.refunds[0]?.status === 'succeeded');
      const price = items.find(
        ({ sku }) => sku === order.items.find(({ line }) => line !== here?.line)?.sku,
      )?.unit_price;
      expect(order).toMatchObject({ status: 'completed', refunds: [{ reason: 'lost', amount: price }] });
      expect(order.fulfilments.map(({ status }) => status)).toEqual(['delivered', 'lost']);
      expect(await mailAbout(system, number, /^Part of your order/)).toContain('The parcel did not reach you.');
    },
  );
});

describe('returns', () => {
  scenario(
    () => system,
    'of a line that came from two warehouses are on hand at both again, or all where they were received',
    async ({ place }) => {
      const size = { weight_g: 200, length_cm: 20, width_cm: 20, height_cm: 5 };
      await system.call('PUT', '/v1/products/GLOVE', {
        body: { name: 'Glove', price: '10.00', currency: 'USD', ...size },
      });
      const receipt = { sku: 'GLOVE', kind: 'receipt', change: 2, reason: 'delivery' };
      for (const location of ['EAST', 'WEST'])
        await system.call('POST', '/v1/inventory/adjustments', { body: { ...receipt, location } });
      const levels = async () => {
        const { body } = await system.call('GET', '/v1/inventory?sku=GLOVE');
        return body.data.map(
          ({ location, on_hand }: { location: string; on_hand: number }) => `${location} ${on_hand}`,
        );
      };
      const number = await place({ items: [{ sku: 'GLOVE', quantity: 4, unit_price: '10.00' }], total: '45.00' });
      await deliver(system, number);
      expect(await levels()).toEqual(['EAST 0', 'WEST 0']);
      const three = { lines: [{ line: 1, quantity: 3 }], return_reason: 'damaged' };
      await act(number, 'request_return', three);
      const wrong = await act(number, 'receive_return', { location: 'WETS' });
      expect(wrong).toMatchObject({ status: 422, body: { errors: [{ field: 'location' }] } });
      expect((await act(number, 'receive_return', {})).status).toBe(200);
      const first = await levels();
      expect(first.toSorted()).toSatisfy(
        (now: string[]) => now.join() === 'EAST 1,WEST 2' || now.join() === 'EAST 2,WEST 1',
      );
      await act(number, 'request_return', { ...three, lines: [{ line: 1, quantity: 1 }] });
      expect((await act(number, 'receive_return', { location: 'WEST' })).status).toBe(200);
      expect(await levels()).toContain(first.includes('WEST 1') ? 'WEST 2' : 'WEST 3');
    },
  );

  const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged', note: 'the handle is off' };

  scenario(
    () => system,
    'asked for by the buyer, approved, received, restocked and paid back',
    async ({ place }) => {
      const number = await place(TWO);
      await deliver(system, number);
      const before = await onHand('MUG');
      const requested = await act(number, 'request_return', asked, { 'x-acting-for': 'customer' });
      expect(requested.body).toMatchObject({ returns: [{ status: 'requested', reason: 'damaged' }] });
      expect((await act(number, 'receive_return', {})).body.code).toBe('return_not_approved');
      expect((await act(number, 'approve_return', {})).body.returns[0].status).toBe('approved');
      const approved = await mailAbout(system, number, /^You can send items/);
      expect(approved).toContain('1 × $15.00');
      expect(approved).toMatch(/Send back to\n.+\n.+\n/);
      const { status, body } = await act(number, 'receive_return', {
        received: [{ line: 1, quantity: 1, restock: true }],
      });
      expect(status).toBe(200);
      expect(body.returns[0]).toMatchObject({ status: 'received', received: [{ quantity: 1, restock: true }] });
      const order = await untilRefunded(number);
      expect(order.refunds[0]).toMatchObject({ amount: '15.00', reason: 'returned' });
      const arrived = await mailAbout(system, number, /sent back .* has arrived$/);
      expect(arrived).toContain('1 × $15.00');
      expect(arrived).toMatch(/We (are refunding|have refunded) \$15\.00/);
      expect(await mailAbout(system, number, /^Your refund/)).toContain('You sent the goods back.');
      expect(order).toMatchObject({ status: 'completed' });
      expect(await onHand('MUG')).toBe(before + 1);
    },
    { events: 72 },
  );

  scenario(
    () => system,
    'of everything make the order returned; what is written off is not on hand again',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const before = await onHand('MUG');
      await act(number, 'request_return', asked);
      await mailAbout(system, number, /^You can send items/);
      const received = [{ line: 1, quantity: 1, restock: false }];
      expect((await act(number, 'receive_return', { received })).body.status).toBe('returned');
      await untilRefunded(number);
      expect(await onHand('MUG')).toBe(before);
    },
  );

  scenario(
    () => system,
    'can be refused with a reason, and are refused for more than was delivered',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const many = { ...asked, lines: [{ line: 1, quantity: 2 }] };
      expect((await act(number, 'request_return', many)).body.code).toBe('units_exceeded');
      await act(number, 'request_return', asked, { 'x-acting-for': 'customer' });
      expect((await act(number, 'approve_return', { approve: false })).body.code).toBe('note_required');
      const refused = await act(number, 'approve_return', { approve: false, note: 'used for a month' });
      expect(refused.body.returns[0].status).toBe('refused');
      expect(await mailAbout(system, number, /^We cannot take back/)).toContain('Reason: used for a month');
      expect((await act(number, 'receive_return', {})).body.code).toBe('return_not_found');
    },
  );
});

describe('disputes', () => {
  scenario(
    () => system,
    'are answered with the evidence of the record, and won',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      await act(number, 'send_message', { body: 'Your mug has arrived, enjoy it!' });
      expect(await mailAbout(system, number, /^A message/)).toContain('Your mug has arrived, enjoy it!');
      const dispute = await system.control.dispute(await referenceOf(number), { reason: 'product_not_received' });
      const open = await untilException(number, 'dispute');
      expect(open.disputes[0]).toMatchObject({ status: 'needs_response', amount: '20.00', evidence: 'none' });
      expect((await act(number, 'refund', { refund_reason: 'duplicate' })).body.code).toBe('dispute_open');
      const { status } = await act(number, 'submit_evidence', { evidence: 'The buyer thanked us on the telephone.' });
      expect(status).toBe(200);
      await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
      await system.control.endDispute(dispute.id, 'won');
      const order = await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'won');
      expect(order.exceptions.every((one) => one.status === 'resolved')).toBe(true);
      expect(order.refundable).toBe('20.00');
    },
    { events: 98 },
  );

  scenario(
    () => system,
    'that are accepted or lost take the money back and make the order refunded',
    async ({ place }) => {
      const [accepted, lost] = [await place(), await place()];
      for (const number of [accepted, lost]) await deliver(system, number);
      await system.control.dispute(await referenceOf(accepted));
      await untilException(accepted, 'dispute');
      await act(accepted, 'accept_dispute', {});
      const order = await untilOrder(system, accepted, (one) => one.status === 'refunded');
      expect(order).toMatchObject({ disputes: [{ status: 'accepted' }], refundable: '0.00' });
      const { id } = await system.control.dispute(await referenceOf(lost));
      await untilException(lost, 'dispute');
      await system.control.endDispute(id, 'lost');
      await untilOrder(system, lost, (one) => one.status === 'refunded' && one.disputes[0]?.status === 'lost');
    },
  );

  scenario(
    () => system,
    'are headed off when the issuer warns of fraud: the money goes back before',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      await system.control.earlyFraudWarning(await referenceOf(number));
      const warning = await openException(number, 'fraud');
      await resolve(warning, { resolution: 'reject', note: 'not worth a dispute' });
      await untilOrder(system, number, (one) => one.status === 'refunded');
      expect(await refundedAtGateway(number)).toBe(2000);
    },
  );
});

describe('messages', () => {
  scenario(
    () => system,
    'are read by those they are for',
    async ({ place }) => {
      const number = await place();
      await act(number, 'send_message', { to: 'store', body: 'Please ring twice.' }, { 'x-acting-for': 'customer' });
      await act(number, 'send_message', { to: 'seller', body: 'Use the small box.' });
      const seen = async (headers: Record<string, string>) =>
        (await system.call('GET', `/v1/orders/${number}`, { headers })).body.messages.map(
          (one: { body: string }) => one.body,
        );
      expect(await seen({})).toEqual(['Please ring twice.', 'Use the small box.']);
      expect(await seen({ 'x-acting-for': 'customer' })).toEqual(['Please ring twice.']);
      const history = await eventually(
        () => system.temporal.client.workflow.getHandle(`order-${number}`).fetchHistory(),
        () => true,
      );
      expect(JSON.stringify(history)).not.toContain('ring twice');
    },
  );
});

describe('a parcel under another number than the one that is known', () => {
  scenario(
    () => system,
    'is followed by that when it is entered, and the buyer is told of it',
    async ({ place }) => {
      const number = await place();
      const first = await send(number);
      const tracked = { carrier: 'usps', tracking_number: 'OWN87654321' };
      expect((await act(number, 'edit_tracking', { carrier: 'usps' })).body.errors).toMatchObject([
        { field: 'tracking_number' },
      ]);
      const { status, body } = await act(number, 'edit_tracking', tracked);
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'shipped', fulfilments: [{ tracking_number: 'OWN87654321' }] });
      await untilOrder(system, number, ({ timeline }) => timeline.some(({ type }) => type === 'parcel_followed'));
      const mails = await eventually(
        () => system.control.mails(),
        (all) =>
          all.filter(({ subject }) => subject.includes(number) && /on its way|shipped/i.test(subject)).length === 2,
      );
      expect(mails.length).toBeGreaterThan(0);
      expect((await act(number, 'edit_tracking', tracked)).body.code).toBe('tracking_number_required');
      await system.control.advanceParcel('OWN87654321', 'DELIVERED');
      const order = await untilOrder(system, number, (one) => one.status === 'completed');
      expect(order.fulfilments[0]?.tracking_number).not.toBe(first);
      expect((await act(number, 'edit_tracking', { ...tracked, tracking_number: 'OWN1' })).body.code).toBe(
        'wrong_status',
      );
    },
  );
});
