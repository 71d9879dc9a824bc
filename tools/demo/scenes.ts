import type { OrderView } from '../../src/contracts/order-view.ts';
import type { Access } from '../system/access.ts';
import type { ApiClient } from '../system/api-client.ts';
import { deliver, labelled, ship, tell } from '../system/carrier.ts';
import { authorise } from '../system/checkout.ts';

/** Two dozen lives of orders, one for each thing that can happen to them. */

export type Stage = {
  readonly access: Access;
  readonly api: ApiClient;
  /** Begins every idempotency key and the name of every buyer of this scene. */
  readonly key: string;
  /** Places an order of the demo store, of one mug unless said otherwise, and puts it on the screen. */
  place(changes?: Record<string, unknown>): Promise<OrderView>;
};

export type Scene = {
  readonly title: string;
  readonly ends: OrderView['status'];
  play(stage: Stage): Promise<unknown>;
};

const CARD = { method: 'stripe', payment_method: 'pm_card_visa' };
const COD = { method: 'cod' };
const TRANSFER = { method: 'bank_transfer' };
const ADDRESS = {
  name: 'Ada Lovelace',
  line1: '1 Market St',
  city: 'San Francisco',
  region: 'CA',
  postal_code: '94105',
  country: 'US',
};
const BAD_ADDRESS = { ...ADDRESS, postal_code: '00000' };

const item = (sku: string, unitPrice: string, quantity = 1) => ({ sku, quantity, unit_price: unitPrice });
const MUG = item('MUG-ENAMEL', '15.00');
const TENT = item('TENT-2P', '249.00');
const ROPE = item('ROPE-60', '189.50');
const TEE = item('TEE-PEAK-M', '29.99');
const MAPS = item('MAP-PACK', '19.00');
const GUIDE = item('GUIDE-DAY', '320.00');

/** Items with the total they come to, 5.00 of shipping included. */
const basket = (...items: ReturnType<typeof item>[]) => ({
  items,
  total: (5 + items.reduce((sum, one) => sum + Number(one.unit_price) * one.quantity, 0)).toFixed(2),
});

const toTheEnd = async ({ access, api }: Stage, { number }: OrderView): Promise<void> => {
  await ship(api, access.sandbox, number);
  await deliver(api, access.sandbox, number);
};

const untilException = async ({ api }: Stage, { number }: OrderView, kind: string): Promise<string> => {
  const isOpen = (one: OrderView['exceptions'][number]): boolean => one.kind === kind && one.status === 'open';
  const order = await api.until(number, (now) => now.exceptions.some(isOpen));
  return order.exceptions.find(isOpen)?.id ?? '';
};
const resolve = ({ api, key }: Stage, exception: string, body: object): Promise<unknown> =>
  api.call('POST', `/v1/exceptions/${exception}/resolve`, body, `${key}-${exception}`);
const undone = ({ api }: Stage, { number }: OrderView): Promise<OrderView> =>
  api.until(number, (order) => order.waiting_for.startsWith('nothing'));

const delivered = (
  title: string,
  changes: (stage: Stage) => Promise<Record<string, unknown>> | Record<string, unknown>,
): Scene => ({
  title,
  ends: 'completed',
  play: async (stage) => toTheEnd(stage, await stage.place(await changes(stage))),
});

/** All units of a SKU that can be sold now, and some more. */
async function moreThanThereIs({ api }: Stage, sku: string): Promise<number> {
  const { data } = await api.call<{ data: { available: number }[] }>('GET', `/v1/inventory?sku=${sku}`);
  return 1 + data.reduce((sum, level) => sum + level.available, 0);
}

const paid: readonly Scene[] = [
  delivered('A card is charged when the stock is taken', () => ({ payment: CARD })),
  delivered('The checkout authorised the card itself', async ({ access, key }) => ({
    payment: { method: 'stripe', payment_intent: await authorise(access.stripe, 2000, 'USD', key) },
  })),
  delivered('Cash on delivery: paid at the door', () => ({ payment: COD })),
  {
    title: 'A bank transfer, recorded by staff',
    ends: 'completed',
    play: async (stage) => {
      const order = await stage.place({ payment: TRANSFER });
      await stage.api.act(order.number, 'confirm', { payment_reference: 'TRX 4711', amount: order.total });
      await toTheEnd(stage, order);
    },
  },
  {
    title: 'Paid on the hosted checkout page',
    ends: 'completed',
    play: async (stage) => {
      const order = await stage.place({ payment: { method: 'stripe', return_url: 'https://shop.example/thanks' } });
      const waiting = await stage.api.until(order.number, (now) => now.payments[0]?.next_action != null);
      await stage.access.sandbox.payCheckout(waiting.payments[0]?.reference ?? '');
      await toTheEnd(stage, order);
    },
  },
  {
    title: 'The bank asks the buyer first (3-D Secure)',
    ends: 'completed',
    play: async (stage) => {
      const order = await stage.place({
        payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' },
      });
      const waiting = await stage.api.until(order.number, (now) => now.payments[0]?.reference != null);
      await stage.access.sandbox.authenticate(waiting.payments[0]?.reference ?? '', true);
      await toTheEnd(stage, order);
    },
  },
];

const notPaid: readonly Scene[] = [
  {
    title: 'A declined card: staff end the order as failed',
    ends: 'failed',
    play: async (stage) => {
      const order = await stage.place({ payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
      await resolve(stage, await untilException(stage, order, 'payment_failed'), { resolution: 'mark_failed' });
      await undone(stage, order);
    },
  },
  {
    title: 'No funds: the buyer gives up',
    ends: 'cancelled',
    play: async (stage) => {
      const order = await stage.place({
        payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclinedInsufficientFunds' },
      });
      await untilException(stage, order, 'payment_failed');
      await stage.api.act(order.number, 'cancel', { reason: 'The buyer gave up.' });
      await undone(stage, order);
    },
  },
  {
    title: 'The payment is for another amount',
    ends: 'cancelled',
    play: async (stage) => {
      const intent = await authorise(stage.access.stripe, 1999, 'USD', stage.key);
      const order = await stage.place({ payment: { method: 'stripe', payment_intent: intent } });
      await resolve(stage, await untilException(stage, order, 'payment_mismatch'), { resolution: 'cancel_order' });
      await undone(stage, order);
    },
  },
  {
    title: 'The gateway fails twice; the order goes on',
    ends: 'completed',
    play: async (stage) => {
      const intent = await authorise(stage.access.stripe, 2000, 'USD', stage.key);
      const route = 'POST /v1/payment_intents/:id/capture';
      await stage.access.sandbox.fault({
        service: 'stripe',
        route,
        match: intent,
        kind: 'error',
        status: 500,
        count: 2,
      });
      await toTheEnd(stage, await stage.place({ payment: { method: 'stripe', payment_intent: intent } }));
    },
  },
];

const routed: readonly Scene[] = [
  delivered('One warehouse has it all', () => ({ payment: COD, ...basket(MUG, item('LAMP-HEAD', '54.50', 2)) })),
  delivered('Two warehouses, two parcels', () => ({ payment: CARD, ...basket(TENT, ROPE) })),
  delivered('Three kinds of goods, fewest parcels', () => ({ payment: CARD, ...basket(TEE, ROPE, MUG) })),
  {
    title: 'A download, delivered by staff',
    ends: 'completed',
    play: async (stage) => {
      const order = await stage.place({ payment: CARD, ...basket(MAPS) });
      await stage.api.until(order.number, (now) => now.status === 'processing');
      await stage.api.act(order.number, 'mark_delivered', { evidence: 'Link sent by e-mail.' });
    },
  },
  {
    title: 'Goods, a download and a day with a guide',
    ends: 'completed',
    play: async (stage) => {
      const { api, access } = stage;
      const { number } = await stage.place({ payment: CARD, ...basket(MUG, MAPS, GUIDE) });
      const split = await labelled(api, number);
      for (const one of split.fulfilments.filter(({ kind }) => kind !== 'physical')) {
        await api.act(number, 'mark_delivered', { fulfilment: one.id, evidence: 'Done.' });
      }
      await tell(access.sandbox, split, 'TRANSIT');
      await deliver(api, access.sandbox, number);
    },
  },
];

const clearedByPeople: readonly Scene[] = [
  {
    title: 'Out of stock; more arrives, and it is confirmed',
    ends: 'completed',
    play: async (stage) => {
      const quantity = await moreThanThereIs(stage, 'TENT-2P');
      const order = await stage.place({ payment: COD, ...basket({ ...TENT, quantity }) });
      const exception = await untilException(stage, order, 'stock_out');
      const receipt = {
        sku: 'TENT-2P',
        location: 'EAST',
        kind: 'receipt',
        change: quantity,
        reason: 'demo: a delivery',
      };
      await stage.api.call('POST', '/v1/inventory/adjustments', receipt);
      await resolve(stage, exception, { resolution: 'retry' });
      await stage.api.until(order.number, ({ status }) => status !== 'pending');
      await stage.api.act(order.number, 'ship', {
        carrier: 'freight',
        tracking_number: `PALLET-${order.number.slice(4)}`,
      });
      await stage.api.act(order.number, 'mark_delivered', { evidence: 'Signed by the buyer.' });
    },
  },
  {
    title: 'Out of stock; the buyer does not want to wait',
    ends: 'cancelled',
    play: async (stage) => {
      const order = await stage.place({
        payment: CARD,
        ...basket({ ...ROPE, quantity: await moreThanThereIs(stage, 'ROPE-60') }),
      });
      await untilException(stage, order, 'stock_out');
      await stage.api.act(order.number, 'cancel', { reason: 'The buyer did not want to wait.' });
      await undone(stage, order);
    },
  },
  {
    title: 'A bad address, corrected by staff',
    ends: 'completed',
    play: async (stage) => {
      const order = await stage.place({ payment: CARD, shipping_address: BAD_ADDRESS });
      await untilException(stage, order, 'bad_address');
      await stage.api.act(order.number, 'edit_address', { address: ADDRESS });
      await toTheEnd(stage, order);
    },
  },
  {
    title: 'No label to be had; the next try buys it',
    ends: 'completed',
    play: async (stage) => {
      await stage.access.sandbox.fault({
        service: 'shippo',
        route: 'POST /shipments',
        match: stage.key,
        kind: 'error',
        status: 400,
        count: 1,
      });
      const order = await stage.place({ payment: CARD, shipping_address: { ...ADDRESS, name: stage.key } });
      await resolve(stage, await untilException(stage, order, 'label_failed'), { resolution: 'retry' });
      await toTheEnd(stage, order);
    },
  },
  {
    title: 'Shipped with a label of our own',
    ends: 'completed',
    play: async (stage) => {
      await stage.access.sandbox.fault({
        service: 'shippo',
        route: 'POST /shipments',
        match: stage.key,
        kind: 'error',
        status: 400,
        count: 1,
      });
      const order = await stage.place({ payment: COD, shipping_address: { ...ADDRESS, name: stage.key } });
      await untilException(stage, order, 'label_failed');
      await stage.api.act(order.number, 'ship', { carrier: 'usps', tracking_number: `OWN${order.number.slice(4)}` });
      await deliver(stage.api, stage.access.sandbox, order.number).catch(() =>
        stage.api.act(order.number, 'mark_delivered', { evidence: 'The buyer has it.' }),
      );
    },
  },
  {
    title: 'The carrier fails; the neighbour has it',
    ends: 'completed',
    play: async (stage) => {
      const { number } = await stage.place({ payment: CARD });
      const order = await ship(stage.api, stage.access.sandbox, number);
      await stage.access.sandbox.advanceParcel(order.fulfilments[0]?.tracking_number ?? '', 'FAILURE');
      const exception = await untilException(stage, order, 'delivery_failed');
      await resolve(stage, exception, { resolution: 'mark_delivered', evidence: 'The neighbour has it.' });
    },
  },
];

const cancelled: readonly Scene[] = [
  {
    title: 'Cancelled before the transfer arrived',
    ends: 'cancelled',
    play: async (stage) => {
      const { number } = await stage.place({ payment: TRANSFER });
      await stage.api.act(number, 'cancel', { reason: 'Ordered twice.' });
    },
  },
  {
    title: 'Cancelled after the label: all is given back',
    ends: 'cancelled',
    play: async (stage) => {
      const order = await stage.place({ payment: CARD });
      await labelled(stage.api, order.number);
      await stage.api.act(order.number, 'cancel', { reason: 'The buyer changed their mind.' });
      await undone(stage, order);
    },
  },
  {
    title: 'A cancel that races with the payment',
    ends: 'cancelled',
    play: async (stage) => {
      const order = await stage.place({ payment: CARD });
      await stage.api.act(order.number, 'cancel', { reason: 'At once.' });
      await undone(stage, order);
    },
  },
];

export const SCENES: readonly Scene[] = [...paid, ...notPaid, ...routed, ...clearedByPeople, ...cancelled];

/** A request of the demo store: one mug, unless `changes` say otherwise. */
export const requestOf = (key: string, changes: Record<string, unknown> = {}) => ({
  channel: 'demo',
  currency: 'USD',
  customer: { name: 'Ada Lovelace', email: `${key}@example.com` },
  shipping_address: ADDRESS,
  shipping: { service: 'standard', amount: '5.00' },
  ...basket(MUG),
  ...changes,
});
