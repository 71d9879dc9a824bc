import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ActionRequest } from '../../src/domain/decide.ts';
import { awaitsAnswer, openDisputes } from '../../src/domain/disputes.ts';
import { dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { evolve, evolveAll } from '../../src/domain/evolve.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import type { Placement } from '../../src/domain/facts.ts';
import { allocationsHeld } from '../../src/domain/fulfilment.ts';
import { type ActionFields } from '../../src/domain/guards.ts';
import { emailKeyOf } from '../../src/domain/keys.ts';
import type { News } from '../../src/domain/news.ts';
import { emailsFor } from '../../src/domain/notifications.ts';
import {
  CALL_OUTCOMES,
  CAME_BACK,
  hasEnded,
  isBlocked,
  isUndone,
  LINE_KINDS,
  type OfferedLine,
  type Order,
  PAYMENT_METHODS,
  ROLES,
  SHORTAGE_RULES,
} from '../../src/domain/order.ts';
import { outstandingMoney } from '../../src/domain/payment.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { uselessLabels } from '../../src/domain/returns.ts';
import { ACTION_NAMES, type ActionName } from '../../src/domain/transitions.ts';
import { borneBy, worthOf } from '../../src/domain/worth.ts';
import { lives } from './lives.ts';
import { type Card, GATEWAY_EVENTS, type GatewayEvent, type Outcome, stockKey, World } from './world.ts';

/**
 * Random lives of one order: people, partners and time in any order. What must hold after every step, whatever happened, is
 * written below as laws.
 */

const { tried, patience } = lives(2_500);

type Command =
  | { do: 'act'; action: ActionName; role: (typeof ROLES)[number]; pick: number; own: boolean; stale: boolean }
  | { do: 'effect'; pick: number }
  | { do: 'finish'; pick: number; outcome: Outcome }
  | { do: 'flow' }
  | { do: 'wait' }
  | { do: 'gateway'; event: GatewayEvent }
  | { do: 'event' }
  | {
      do: 'carrier';
      pick: number;
      status: 'pre_transit' | 'transit' | 'delivered' | 'returned' | 'failure' | 'unknown';
    }
  | { do: 'repeat'; pick: number }
  | { do: 'restart' }
  | { do: 'receive' };

const pick = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      pick,
      outcome: fc.oneof(
        { weight: 8, arbitrary: fc.constant('done' as const) },
        { weight: 2, arbitrary: fc.constantFrom('refused' as const, 'unreachable' as const, 'lost' as const) },
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      action: fc.oneof(
        { weight: 1, arbitrary: fc.constantFrom(...ACTION_NAMES) },
        {
          weight: 4,
          arbitrary: fc.constantFrom<ActionName>(
            'confirm',
            'cancel',
            'ship',
            'edit_tracking',
            'mark_delivered',
            'complete',
            'edit_address',
            'refund',
            'refund',
            'reship',
            'request_return',
            'approve_return',
            'receive_return',
            'hold',
            'release',
            'log_call',
            'request_cancellation',
            'request_cancellation',
            'edit_lines',
            'edit_lines',
            'substitute',
            'answer_substitution',
            'exchange',
            'exchange',
            ...Array<ActionName>(6).fill('resolve_exception'),
          ),
        },
      ),
      role: fc.oneof({ weight: 5, arbitrary: fc.constant('staff' as const) }, fc.constantFrom(...ROLES)),
      pick,
      own: fc.boolean(),
      stale: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('carrier' as const),
      pick,
      status: fc.constantFrom('pre_transit', 'transit', 'transit', 'delivered', 'returned', 'failure', 'unknown'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('effect' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flow' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('gateway' as const),
      event: fc.constantFrom('pays' as const, 'disputes' as const, ...GATEWAY_EVENTS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('event' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('receive' as const) }) },
);

const SKUS = ['A', 'B'] as const;
const PRICE = 1000;
const start = fc.record({
  method: fc.constantFrom('stripe' as const, 'stripe' as const, ...PAYMENT_METHODS),
  card: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Card>('good') },
    fc.constantFrom<Card>('declined', 'slow', 'captured', 'wrong_amount', 'captured_wrong_amount'),
  ),
  paidBefore: fc.boolean(),
  confirmation: fc.constantFrom('automatic' as const, 'automatic' as const, 'call' as const),
  capture: fc.constantFrom('confirmation' as const, 'shipment' as const),
  codCollectedOnDelivery: fc.boolean(),
  suspicious: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  shortage: fc.constantFrom(...SHORTAGE_RULES),
  backorderAtMost: fc.constantFrom(null, null, 0, 4),
  partialShipment: fc.boolean(),
  acknowledgeWithin: fc.constantFrom(null, 86_400_000),
  returnLabel: fc.constantFrom('buyer' as const, 'store' as const),
  returnSendWithin: fc.constantFrom(null, 5 * 86_400_000),
  lines: fc.array(
    fc.record(
      {
        sku: fc.constantFrom(...SKUS),
        kind: fc.oneof({ weight: 4, arbitrary: fc.constant('physical' as const) }, fc.constantFrom(...LINE_KINDS)),
        seller: fc.constantFrom(null, null, 'acme'),
        quantity: fc.integer({ min: 1, max: 3 }),
        unitPrice: fc.constantFrom(PRICE, PRICE, 1, 333, 2_499),
        ...{ shortage: fc.constantFrom(...SHORTAGE_RULES) },
      },
      { requiredKeys: ['sku', 'kind', 'seller', 'quantity', 'unitPrice'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  stock: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
  carriage: fc.constantFrom(0, 500),
  /** Null: of an earlier release, whose lines bear nothing. */
  borne: fc.option(fc.record({ discount: fc.nat(800), tax: fc.nat(999) })),
});
type Start = typeof start extends fc.Arbitrary<infer Value> ? Value : never;

const NUMBER = 'ORD-0123456789';

function worldOf({ method, card, paidBefore, lines, stock, carriage, suspicious, borne, ...policy }: Start): World {
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const tax = borne?.tax ?? 0;
  // A card cannot pay nothing.
  const discount = Math.min(borne?.discount ?? 0, subtotal - 1);
  const goods = lines.map((line, index) => ({ no: index + 1, ...line }));
  const shares = borne === null ? [] : borneBy(goods, { discount, tax, taxes: null });
  const placement: Placement = {
    number: NUMBER,
    store: 'main',
    channel: 'web',
    currency: 'USD',
    shippingService: 'standard',
    lines: goods.map((line, index) => ({ ...line, ...shares[index] })),
    totals: { subtotal, discount, shipping: carriage, tax, total: subtotal - discount + carriage + tax },
    paymentMethod: method,
    paymentReference: method === 'stripe' && paidBefore ? 'pi_checkout' : null,
    paymentOptions: { paymentMethod: null, returnUrl: null },
    policy: { ...DEFAULT_POLICY.order, ...policy },
  };
  const levels = SKUS.flatMap((sku) => ['EAST', 'WEST'].map((location) => stockKey(sku, location)));
  const charged = placement.paymentReference === null && card !== 'declined' && card !== 'slow' ? 'good' : card;
  const world = new World(
    placement,
    new Map(levels.map((key, index) => [key, stock[index] ?? 0])),
    charged,
    1_700_000_000_000,
  );
  world.suspicious = suspicious;
  return world;
}

const one = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % Math.max(1, items.length)];

/** Matters that may turn out not to be settled; null: of a parcel. */
const CLOSED = [
  ['unforeseen', 'order'],
  ['payment_failed', 'payment'],
  ['refund_due', 'payment'],
  ['stock_out', 'stock'],
  ['label_failed', null],
  ['parcel_lost', null],
] as const;

/** Goods that may be dearer than what they take the place of. */
const goods = (index: number): OfferedLine => ({
  sku: one(SKUS, index) ?? 'A',
  name: 'Other goods',
  kind: index % 5 === 0 ? 'service' : 'physical',
  seller: null,
  quantity: 1 + (index % 2),
  unitPrice: one([PRICE / 2, PRICE, PRICE * 2], index) ?? PRICE,
});

/** Fields such as a person would send who looks at the order. */
function fieldsOf(order: Order, action: ActionName, index: number, own: boolean): ActionFields {
  const fulfilment = one(order.fulfilments, index)?.id;
  const line = one(order.lines, index);
  const lines = line === undefined ? [] : [{ line: line.no, quantity: 1 + (index % line.quantity) }];
  const tracking = own ? { carrier: 'ups', tracking_number: `OWN-${index}` } : {};
  switch (action) {
    case 'confirm':
      return own ? { payment_reference: `TRX ${index}` } : {};
    case 'mark_delivered': {
      const part = one(order.fulfilments, index);
      const some = part === undefined || own ? undefined : one(part.lines, index);
      const units = some === undefined ? {} : { lines: [{ line: some.line, quantity: 1 + (index % some.quantity) }] };
      return { ...(fulfilment === undefined ? {} : { fulfilment }), ...units };
    }
    case 'ship':
      return { ...(fulfilment === undefined ? {} : { fulfilment }), ...tracking };
    case 'edit_tracking':
      return {
        ...(fulfilment === undefined ? {} : { fulfilment }),
        ...{ carrier: 'ups', tracking_number: own ? `OWN-${index}` : (order.fulfilments[0]?.trackingNumber ?? 'T') },
      };
    case 'edit_lines':
      return own ? { remove: lines, added: [goods(index)], reason: 'asked' } : { remove: lines, reason: 'asked' };
    case 'substitute':
      return { ...(line === undefined ? {} : { line: line.no }), offer: goods(index) };
    case 'answer_substitution':
      return { accept: own };
    case 'exchange':
      return { added: [goods(index)] };
    case 'edit_address':
      return { staged_address: `staged-${index}` };
    case 'cancel':
      return own ? { reason: 'because' } : { reason: 'because', lines };
    case 'request_cancellation':
      return { seller: 'acme', reason: 'sold out', ...(own ? {} : { lines }) };
    case 'log_call':
      return { outcome: one(CALL_OUTCOMES, index), until: order.placedAt + index * 3_600_000 };
    case 'refund':
      return own ? { refund_reason: 'duplicate', lines } : { refund_reason: 'duplicate', amount: 100 + index };
    case 'reship':
      return { ...(fulfilment === undefined ? {} : { fulfilment }), reason: 'lost' };
    case 'file_claim':
      return { ...(fulfilment === undefined ? {} : { fulfilment }), claim_reference: `CL ${index}`, amount: index };
    case 'settle_claim':
      return own ? { claim_outcome: 'paid' } : { claim_outcome: 'refused', note: 'badly packed' };
    case 'request_return':
      return { lines, return_reason: 'damaged', outside_window: own };
    case 'receive_return':
      return own ? {} : { refund: false };
    case 'resolve_exception': {
      const exception = one(order.exceptions, index);
      if (exception === undefined) return { exception: 'none', resolution: 'retry' };
      const resolution = one(EXCEPTIONS[exception.kind].resolutions, Math.floor(index / 7));
      const came_back = one([...CAME_BACK, undefined], index);
      return { exception: exception.id, resolution, staged_address: `staged-${index}`, came_back, ...tracking };
    }
    case 'reopen_exception': {
      const [kind, lane] = one(CLOSED, index) ?? ['unforeseen', 'order'];
      return {
        exception: `${order.number}/x${index + 1}`,
        reopened: { kind, lane: lane ?? fulfilment ?? 'order' },
        note: 'again',
      };
    }
    default:
      return { reason: 'because', note: 'noted' };
  }
}

function run(world: World, command: Command): void {
  const { order } = world;
  switch (command.do) {
    case 'act': {
      const { action, own, stale } = command;
      // Only sellers ask for this, and they are rare.
      const role = action === 'request_cancellation' ? 'seller' : command.role;
      const request: ActionRequest = {
        action,
        actor: { role, id: 'someone' },
        fields: fieldsOf(order, action, command.pick, own),
        expectedVersion: stale ? order.version - 1 : own ? order.version : null,
      };
      const decision = world.act(request);
      law(decision.ok || world.order === order, 'a refused action changes the order');
      law(!stale || !decision.ok, 'a stale action is taken');
      const sends = decision.ok && decision.facts.some(({ type }) => type === 'parcel_shipped');
      const isStopped = order.hold !== null || order.review?.status === 'due' || isBlocked(order, 'payment');
      law(!sends || !isStopped, 'a parcel is sent that is held back');
      break;
    }
    case 'effect': {
      const step = one(world.steps, command.pick);
      if (step !== undefined) world.effect(step);
      break;
    }
    case 'finish': {
      const step = one(world.steps, command.pick);
      if (step === undefined) break;
      expect(
        world.finish(step, command.outcome),
        `${step.duty.do} ended ${command.outcome} and nothing came of it`,
      ).toBe(true);
      break;
    }
    case 'flow':
      drain(world);
      break;
    case 'wait':
      law(world.wait(), 'the same deadline passes again and again');
      break;
    case 'gateway':
      world.atGateway(command.event);
      break;
    case 'event': {
      const news = world.reading();
      if (news !== null) world.tell(news);
      break;
    }
    case 'carrier': {
      const parcels = order.fulfilments.filter((parcel) => parcel.trackingNumber !== null);
      const fulfilment = one(parcels, command.pick)?.id ?? 'unknown';
      const back = one(order.returns, command.pick);
      if (back !== undefined && command.pick % 2 === 0) {
        const tracking = { return: back.id, carrier: 'usps', status: command.status, details: '' };
        world.tell({ type: 'return_tracking', tracking });
        break;
      }
      const movedAt = one([undefined, null, world.at - 6 * 86_400_000, world.at], command.pick);
      world.tell({
        type: 'tracking',
        tracking: {
          fulfilment,
          carrier: 'usps',
          status: command.status,
          details: '',
          ...(movedAt === undefined ? {} : { movedAt }),
        },
      });
      break;
    }
    case 'repeat':
      world.tell(one(world.told, command.pick) ?? ({ type: 'deadline', kind: 'ship_by', subject: null } as News));
      break;
    case 'restart':
      world.restart();
      break;
    case 'receive':
      for (const key of world.stock.keys()) world.stock.set(key, (world.stock.get(key) ?? 0) + 3);
      world.tell({ type: 'stock_arrived' });
      break;
    default:
      command satisfies never;
  }
}

/** Cheaper than a matcher, as it is asked a million times. */
function law(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** The rules that the database holds every record against. */
function canBeRecorded({ lines, payment, credit }: Order): void {
  for (const { no, quantity, reserved, shipped, delivered, cancelled, returned, refunded } of lines) {
    const least = Math.min(reserved, shipped, delivered, cancelled, returned, refunded);
    law(least >= 0, `line ${no} counts below nothing`);
    law(
      reserved + shipped + cancelled <= quantity,
      `line ${no}: reserved, shipped and cancelled are more than ordered`,
    );
    law(delivered + cancelled <= quantity, `line ${no}: delivered and cancelled are more than ordered`);
  }
  for (const line of lines) law(worthOf([line]) >= 0, `line ${line.no} is worth less than nothing`);
  law(payment.method !== 'stripe' || credit >= 0, 'a card is to pay more than was agreed');
  law(payment.captured <= payment.amount, `captured ${payment.captured} of ${payment.amount}`);
  law(payment.refunded <= payment.captured, `refunded ${payment.refunded} of ${payment.captured}`);
}

/** After every step; `before` is the order before it. */
function holds({ order, facts, held }: World, before: Order): void {
  canBeRecorded(order);
  law(order.version === facts.length && facts.at(-1)?.seq === facts.length, 'versions do not count the facts');
  const news = facts.slice(before.version);
  law(
    news.every((fact, index) => fact.seq === before.version + 1 + index),
    'a place on the timeline is left out',
  );
  const after = before.status === 'completed' ? ['completed', 'refunded', 'returned'] : [before.status];
  const exchanged = news.some(({ type }) => type === 'return_exchanged');
  if (hasEnded(before) && !exchanged) law(after.includes(order.status), `${before.status} became ${order.status}`);
  if (hasEnded(order)) law(held === 0, 'an ended order holds stock');
  const pays = dutiesOf(order).some((duty) => duty.do === 'send_refund' || duty.do === 'give_back');
  // Told by what the bank says, and not by what the domain makes of it.
  const taken = order.disputes.some(
    ({ status, inquiry }) => inquiry === undefined && (status === 'needs_response' || status === 'under_review'),
  );
  law(!pays || !taken, 'money is given back while the bank has it');
  const inPlans = allocationsHeld(order).reduce((sum, { quantity }) => sum + quantity, 0);
  law(inPlans === held, `parcels and plans hold ${inPlans}, ${held} are held`);
  const reserved = order.lines.reduce((sum, line) => sum + line.reserved, 0);
  law(reserved === held, `the lines call ${reserved} reserved, ${held} are held`);
  const kinds = order.exceptions.map(({ kind, lane }) => `${kind} on ${lane}`);
  law(new Set(kinds).size === kinds.length, `two exceptions say the same: ${kinds.join(', ')}`);
}

/** Lets every step end well, and says whether that ever comes to an end. */
function drain(world: World): void {
  for (let round = 0; round < 50; round += 1) {
    const [step] = world.steps;
    if (step === undefined) return;
    const before = world.order;
    law(world.finish(step, 'done'), `${step.duty.do} ended and nothing came of it`);
    holds(world, before);
  }
  expect(world.steps, 'the order is never at rest').toEqual([]);
}

/** A buyer is told once that a return is approved: with its label, where the store has promised one. */
function tellsOfReturnsOnce({ order, facts }: World): void {
  let so: Order | undefined;
  const told: string[] = [];
  for (const fact of facts) {
    so = evolve(so, fact);
    told.push(...emailsFor(fact, so).flatMap(({ kind, key }) => (kind === 'return_approved' ? [key] : [])));
  }
  law(new Set(told).size === told.length, 'the approval of a return was told more than once');
  const due = order.returns.filter((one) => one.status === 'approved' && !one.labelDue);
  for (const { id } of due) law(told.includes(emailKeyOf(order.number, 'return_approved', id)), `${id} was not told`);
}

function holdsAtRest(world: World): void {
  const { order, facts, intent, labels } = world;
  const isEmpty = order.lines.every(({ quantity, cancelled }) => cancelled === quantity);
  const isPending = order.exceptions.length > 0 || world.lost || openDisputes(order).length > 0;
  if (isEmpty && !isPending) expect(hasEnded(order), 'an order of which nothing is left has ended').toBe(true);
  const unused = order.fulfilments.filter(
    ({ id, label, trackingNumber }) =>
      label?.voided === false && trackingNumber !== `T-${label.transaction}` && !isBlocked(order, id),
  );
  expect(unused, 'a label under which no parcel leaves is given back').toEqual([]);
  const forgotten = order.returns.filter((one) => uselessLabels(one).length > 0 && !isBlocked(order, one.id));
  expect(forgotten, 'a label with which nothing came back is given back').toEqual([]);
  tellsOfReturnsOnce(world);
  expect(evolveAll(undefined, facts), 'folding the facts gives the order').toEqual(order);
  expect(dutiesOf(order), 'at rest nothing is owed').toEqual([]);
  // One that the bank has refused an answer to is a person's matter.
  if (order.disputes.some((one) => awaitsAnswer(one) && one.refused !== true))
    expect(waitOf(order).until?.kind, 'a dispute that awaits its answer wakes the order').not.toBe('reachable_until');
  // What a partner has done in silence nobody knows of.
  const withTheBank = openDisputes(order).length > 0;
  if (!isUndone(order) || order.exceptions.length > 0 || world.lost || withTheBank) return;
  expect(outstandingMoney(order.payment), 'an undone order owes no money').toBe(0);
  if (order.payment.method === 'stripe' && intent !== null) {
    const { returnedByHand, chargedBack } = order.payment;
    // Money that was sent by hand while the bank had not decided may go back a second time by its decision.
    if (returnedByHand === 0 || chargedBack === 0)
      expect(intent.captured - intent.refunded - returnedByHand - chargedBack, 'nor does the gateway keep any').toBe(0);
    // Somebody who has settled it by hand may have undone an authorisation there, of which nothing is known here.
    const byHand = facts.some((fact) => fact.type === 'money_returned_by_hand');
    if (!byHand)
      expect(intent.state, 'nor can anybody still pay it').not.toMatch(/authorized|awaiting_buyer|failed|processing/);
  }
  const cancelled = order.fulfilments.filter((fulfilment) => fulfilment.status === 'cancelled').map(({ id }) => id);
  const live = [...labels.values()].filter((label) => !label.voided && cancelled.includes(label.fulfilment));
  expect(live, 'nor is a label of a cancelled parcel left').toEqual([]);
}

test('the laws of an order hold in every life', patience, () => {
  const ends = new Set<string>();
  fc.assert(
    fc.property(start, fc.array(command, { maxLength: 40, size: 'max' }), (given, commands) => {
      const world = worldOf(given);
      for (const one of commands) {
        const before = world.order;
        run(world, one);
        holds(world, before);
      }
      drain(world);
      holdsAtRest(world);
      ends.add(world.order.status);
    }),
    tried,
  );
  // Lives that never get anywhere would keep every law.
  expect([...ends]).toEqual(expect.arrayContaining(['processing', 'shipped', 'completed', 'cancelled', 'failed']));
});
