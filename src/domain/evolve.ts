import { acknowledgementsFor } from './acknowledging.ts';
import { callsAfter } from './calls.ts';
import { isLost } from './disputes.ts';
import {
  type EarlierReturnLabel,
  fulfilmentOfThisRelease,
  labelOfThisRelease,
  policyOfThisRelease,
  returnOfThisRelease,
  SINCE_IN_LINES,
} from './earlier-orders.ts';
import { outlivesTheOrder, unitsAsked } from './exceptions.ts';
import type { AddedLine, Fact, FactBody, PlacedLine, Placement } from './facts.ts';
import { isFromStock, isHere, unitsIn, unitsOutstanding, unpacked } from './fulfilment.ts';
import { exceptionIdOf } from './keys.ts';
import { acknowledgementLane } from './lanes.ts';
import {
  type Backorder,
  type Claim,
  type DeliveryStatus,
  type Dispute,
  type Fulfilment,
  fulfilmentOf,
  hasEnded,
  type Label,
  type Line,
  type LineQuantity,
  type Order,
  type OrderStatus,
  type Return,
  type ReturnLabel,
} from './order.ts';
import { paidByHand, paymentAfter, returnedByHand } from './payment.ts';
import { mayGoOn, unitsBack, unlabelledParts } from './returns.ts';
import { worthOf, worthOfMissing } from './worth.ts';

/** What the carrier has answered to a claim. */
const settled = (claim: Claim | null, { outcome, amount, at }: Fact & FactOf<'claim_settled'>): Claim | null =>
  claim === null ? null : { ...claim, status: outcome, paid: amount, settledAt: at };

/** The only writer of the order's state: what the order is after one more fact. Exhaustive over facts; refuses nothing. */

/** A line of which nothing has happened yet. */
export const newLine = (line: PlacedLine): Line => ({
  ...SINCE_IN_LINES,
  ...line,
  deliveryStatus: 'pending',
  reserved: 0,
  shipped: 0,
  delivered: 0,
  cancelled: 0,
  returned: 0,
  refunded: 0,
});

function placed(placement: Placement, at: number): Order {
  return {
    number: placement.number,
    store: placement.store,
    channel: placement.channel,
    currency: placement.currency,
    status: 'pending',
    version: 0,
    placedAt: at,
    closedAt: null,
    confirmationGiven: placement.policy.confirmation === 'automatic',
    lines: placement.lines.map(newLine),
    totals: placement.totals,
    shippingService: placement.shippingService,
    payment: {
      method: placement.paymentMethod,
      status: 'pending',
      amount: placement.totals.total,
      authorized: 0,
      captured: 0,
      refunded: 0,
      returnedByHand: 0,
      chargedBack: 0,
      reference: placement.paymentReference,
      checked: placement.paymentMethod !== 'stripe',
      nextAction: null,
      captureBefore: null,
      expiring: false,
      card: null,
      riskLevel: null,
      riskScore: null,
      failure: null,
    },
    allocations: [],
    fulfilments: [],
    exceptions: [],
    rerouting: false,
    backorder: null,
    hold: null,
    review: null,
    calls: {
      attempts: 0,
      nextAt: placement.policy.confirmation === 'call' ? at : null,
      lastOutcome: null,
      reminded: false,
    },
    acknowledgements: [],
    credit: 0,
    substitutions: [],
    refunds: [],
    returns: [],
    disputes: [],
    // An order that was placed before a rule was thought of has its default.
    policy: policyOfThisRelease(placement.policy),
  };
}

type FactOf<Type extends FactBody['type']> = Extract<FactBody, { type: Type }>;

function mapFulfilment(order: Order, id: string, change: (fulfilment: Fulfilment) => Fulfilment): Order {
  return { ...order, fulfilments: order.fulfilments.map((one) => (one.id === id ? change(one) : one)) };
}

/** Tells the lines of units of theirs. */
function mapUnits(order: Order, units: readonly LineQuantity[], change: (line: Line, quantity: number) => Line): Order {
  const quantities = new Map(units.map(({ line, quantity }) => [line, quantity]));
  return {
    ...order,
    lines: order.lines.map((line) => {
      const quantity = quantities.get(line.no);
      return quantity === undefined ? line : change(line, quantity);
    }),
  };
}

function lineStatus(line: Line): DeliveryStatus {
  if (line.cancelled >= line.quantity) return 'cancelled';
  if (line.returned > 0 && line.returned + line.cancelled >= line.quantity) return 'returned';
  if (line.delivered + line.cancelled >= line.quantity) return 'delivered';
  if (line.shipped + line.cancelled >= line.quantity) return 'shipped';
  return 'pending';
}

const waitsOrNot = (line: Line, missing: readonly LineQuantity[]): DeliveryStatus =>
  unitsIn(missing, line.no) > 0 ? 'backordered' : lineStatus(line);

/** What is still waited for after stock was taken for the rest. */
const stillWaiting = ({ backorder }: Order): Backorder | null => (backorder?.arrived === false ? backorder : null);

/** The order's status follows its lines once it is being fulfilled (SPEC.md §2, "reached when"), and no longer when it has ended. */
function rollUp(order: Order): Order {
  const missing = stillWaiting(order)?.lines ?? [];
  const lines = order.lines.map((line) => ({ ...line, deliveryStatus: waitsOrNot(line, missing) }));
  if (hasEnded(order)) return { ...order, lines };
  const open = lines.filter((line) => line.cancelled < line.quantity);
  const physical = open.filter((line) => line.kind === 'physical');
  let status: OrderStatus = order.status;
  // Of an order of which nothing is left nothing was delivered either: what was paid for it goes back, or it ends.
  if (open.length > 0 && open.every((line) => line.delivered + line.cancelled >= line.quantity)) status = 'delivered';
  else if (physical.length > 0 && physical.every((line) => line.shipped + line.cancelled >= line.quantity)) {
    status = 'shipped';
  } else if (status === 'shipped') status = 'processing';
  return { ...order, lines, status };
}

const ship = (line: Line, quantity: number): Line => ({
  ...line,
  reserved: Math.max(0, line.reserved - quantity),
  shipped: line.shipped + quantity,
});
const deliver = (line: Line, quantity: number): Line => ({ ...line, delivered: line.delivered + quantity });

/** The units of a part that are still to be delivered. */
const outstandingOf = (order: Order, id: string): LineQuantity[] => {
  const fulfilment = fulfilmentOf(order, id);
  return fulfilment === undefined ? [] : unitsOutstanding(fulfilment);
};

const withInstructions = (one: Fulfilment, { instructions }: { readonly instructions?: string }): boolean =>
  one.hasInstructions || instructions !== undefined;

/** Some units of a part are with the buyer. */
function unitsDelivered(order: Order, fact: FactOf<'units_delivered'>): Order {
  const delivered = mapFulfilment(order, fact.fulfilment, (one) => ({
    ...one,
    hasInstructions: withInstructions(one, fact),
    delivered: one.lines
      .map(({ line }) => ({ line, quantity: unitsIn([...one.delivered, ...fact.lines], line) }))
      .filter(({ quantity }) => quantity > 0),
  }));
  return rollUp(mapUnits(delivered, fact.lines, deliver));
}

/** A part of which nothing more comes: it ends with what was delivered of it, or without anything. */
const endedWith = (one: Fulfilment, at: number): Fulfilment =>
  one.delivered.length === 0
    ? { ...one, status: 'cancelled' }
    : { ...one, status: 'delivered', lines: one.delivered, deliveredAt: at };

/** Whether a parcel leaves under a number that is not its label's. */
const isOwnNumber = (one: Fulfilment, { trackingNumber }: { readonly trackingNumber: string | null }): boolean =>
  trackingNumber !== null && trackingNumber !== one.trackingNumber;

/** How a parcel is followed; under a number of somebody else's its own label is of no use. */
const trackedBy = (one: Fulfilment, fact: FactOf<'parcel_shipped' | 'tracking_changed'>) => ({
  label: isOwnNumber(one, fact) && one.label !== null ? { ...one.label, unused: true as const } : one.label,
  carrier: fact.carrier ?? one.carrier,
  trackingNumber: fact.trackingNumber ?? one.trackingNumber,
  trackingUrl: fact.trackingUrl ?? one.trackingUrl,
  followed: one.followed && !isOwnNumber(one, fact),
});

/** A label after it was asked for its price back, whether or not the carrier pays it. */
const voided = (refused = false): Pick<Label, 'voided' | 'refundRefused'> =>
  refused ? { voided: true, refundRefused: true } : { voided: true };

/** A label that comes too late for a parcel does not change under which number it left. */
function labelled(one: Fulfilment, { label, trackingNumber, trackingUrl }: FactOf<'label_bought'>): Fulfilment {
  if (one.status === 'shipped' || one.status === 'delivered') return { ...one, label: { ...label, unused: true } };
  const status = one.status === 'pending' ? 'labelled' : one.status;
  return { ...one, status, label, carrier: label.carrier, trackingNumber, trackingUrl, followed: true };
}

/** What has not left stays here: lines, parcels and holds end. */
function stopped(order: Order, at: number): Order {
  return {
    ...order,
    allocations: [],
    rerouting: false,
    lines: order.lines.map((line) => {
      // What is delivered without a parcel was never shipped.
      const cancelled = line.quantity - Math.max(line.shipped, line.delivered);
      return { ...line, reserved: 0, cancelled, deliveryStatus: lineStatus({ ...line, cancelled }) };
    }),
    fulfilments: order.fulfilments.map((one) => (isHere(one) ? endedWith(one, at) : one)),
    backorder: null,
    hold: null,
    calls: { ...order.calls, nextAt: null },
    substitutions: order.substitutions.map((one) => (one.status === 'proposed' ? { ...one, status: 'lapsed' } : one)),
  };
}

function undone(order: Order, status: 'cancelled' | 'failed', at: number): Order {
  // What blocked the order no longer matters; what blocks giving the money back still does.
  const exceptions = order.exceptions.filter(({ kind }) => outlivesTheOrder(kind));
  return { ...stopped(order, at), status, closedAt: at, exceptions };
}

/** Units of a line for which nothing is taken or packed yet. */
const unitsFree = (order: Order, no: number): number => {
  const line = order.lines.find((one) => one.no === no);
  return line === undefined ? 0 : unpacked(order, line) - unitsIn(order.allocations, no);
};

/**
 * Of the units of cancelled lines those that wait for stock go first. The others leave the parcels that wait for them, those without a
 * label first; empty parcels end.
 */
function withoutUnits(order: Order, lines: readonly LineQuantity[], at: number): Order {
  const left = new Map(lines.map(({ line, quantity }) => [line, Math.max(0, quantity - unitsFree(order, line))]));
  const fulfilments = [...order.fulfilments]
    .sort((a, b) => Number(a.status === 'labelled') - Number(b.status === 'labelled'))
    .map((one): Fulfilment => {
      if (!isHere(one)) return one;
      const kept = one.lines
        .map(({ line, quantity }) => {
          const taken = Math.min(quantity - unitsIn(one.delivered, line), left.get(line) ?? 0);
          left.set(line, (left.get(line) ?? 0) - taken);
          return { line, quantity: quantity - taken };
        })
        .filter(({ quantity }) => quantity > 0);
      const rest = { ...one, lines: kept };
      return unitsOutstanding(rest).length === 0 ? endedWith(one, at) : rest;
    })
    .sort((a, b) => a.no - b.no);
  const allocations = order.allocations
    .map((one) => {
      const taken = Math.min(one.quantity, left.get(one.line) ?? 0);
      left.set(one.line, (left.get(one.line) ?? 0) - taken);
      return { ...one, quantity: one.quantity - taken };
    })
    .filter(({ quantity }) => quantity > 0);
  return { ...order, fulfilments, allocations };
}

type Ended = Pick<Fact & FactOf<'lines_cancelled'>, 'lines' | 'credit' | 'at'>;

/** Units end; stock that is waited for is looked for again, as it may be enough now. */
function linesCancelled(order: Order, { lines, credit, at }: Ended): Order {
  const cut = order.lines.map((line) => {
    const quantity = unitsIn(lines, line.no);
    const reserved = Math.min(line.reserved, line.quantity - line.shipped - line.cancelled - quantity);
    return { ...line, cancelled: line.cancelled + quantity, reserved };
  });
  const backorder = order.backorder === null ? null : { ...order.backorder, arrived: true };
  return rollUp({ ...withoutUnits(order, lines, at), lines: cut, backorder, credit: order.credit + credit });
}

/** Goods that come in are lines of their own. */
const withLines = (order: Order, added: readonly AddedLine[]): Order => ({
  ...order,
  lines: [...order.lines, ...added.map(({ name: _name, ...line }) => newLine(line))],
});

/** Other goods for what came back or will: they are owed, and the price of what comes back pays them. */
function exchanged(order: Order, { return: id, added, worth }: FactOf<'return_exchanged'>): Order {
  const back = order.returns.find((one) => one.id === id);
  const units = back === undefined ? [] : unitsBack(back);
  const returns = order.returns.map((one) =>
    one.id === id ? { ...one, exchangedFor: worthOf(added), exchangedWorth: worth ?? null } : one,
  );
  const lines = order.lines.map((line) => ({
    ...line,
    refunded: Math.min(line.quantity, line.refunded + unitsIn(units, line.no)),
  }));
  return rollUp(withLines({ ...order, returns, lines, status: 'processing', closedAt: null }, added));
}

const lose = (line: Line, quantity: number): Line => ({ ...line, shipped: Math.max(0, line.shipped - quantity) });

/** A parcel ends on its way, and its units are owed again. */
const givenUp = (order: Order, id: string, status: 'lost' | 'returned'): Order =>
  mapUnits(
    mapFulfilment(order, id, (one) => ({ ...one, status })),
    outstandingOf(order, id),
    lose,
  );

function refundSettled(order: Order, { refund: id, status, reference }: FactOf<'refund_settled'>): Order {
  const settled = order.refunds.find((one) => one.id === id);
  const refunds = order.refunds.map((one) => (one.id === id ? { ...one, status, reference } : one));
  if (settled === undefined || status !== 'succeeded' || settled.status === 'succeeded') return { ...order, refunds };
  const lines = order.lines.map((line) => ({
    ...line,
    refunded: Math.min(line.quantity, line.refunded + unitsIn(settled.lines, line.no)),
  }));
  return { ...order, refunds, lines };
}

function returnReceived(order: Order, { return: id, lines: received }: FactOf<'return_received'>): Order {
  const returns = order.returns.map((one): Return => {
    if (one.id !== id) return one;
    const { exchangedWorth: worth } = one;
    const exchangedWorth = worth === null ? null : Math.max(0, worth - worthOfMissing(order, one.lines, received));
    return { ...one, status: 'received', received, exchangedWorth };
  });
  const lines = order.lines
    .map((line) => ({ ...line, returned: Math.min(line.quantity, line.returned + unitsIn(received, line.no)) }))
    .map((line) => ({ ...line, deliveryStatus: lineStatus(line) }));
  return { ...order, returns, lines };
}

const mapReturn = (order: Order, id: string, change: (one: Return) => Return): Order => ({
  ...order,
  returns: order.returns.map((one) => (one.id === id ? change(one) : one)),
});
/** `transaction`: which of its labels; of a fact that names none, all. */
const mapLabels = (one: Return, transaction: string | undefined, change: Partial<ReturnLabel>): Return => ({
  ...one,
  labels: one.labels.map((label) =>
    transaction === undefined || label.transaction === transaction ? { ...label, ...change } : label,
  ),
});

/** The time to send goods begins when the buyer can: the way back is theirs to pay, or they have every label. */
const told = ({ policy }: Order, one: Return, at: number): Return => {
  const isAwaited = one.status === 'approved' && !one.labelDue && policy.returnSendWithin !== null;
  return { ...one, sendBy: isAwaited ? at + policy.returnSendWithin : null };
};

/** The store's labels are due until each part of the goods has one. */
function labelledBack(order: Order, one: Return, label: EarlierReturnLabel, at: number): Return {
  const labels = [...one.labels, labelOfThisRelease(label, one.lines)];
  const labelDue = one.labelDue && unlabelledParts(order, { lines: one.lines, labels }).length > 0;
  return told(order, { ...one, labels, labelDue }, at);
}

/** How far a parcel with goods is. One that was sent too late is waited for all the same, if the goods are not in another return. */
const onItsWay = (order: Order, id: string, label: string | undefined, progress: ReturnLabel['progress']): Order =>
  mapReturn(order, id, (one) => {
    const moved = mapLabels(one, label, { progress });
    return one.status === 'expired' && mayGoOn(order, one) ? { ...moved, status: 'approved', sendBy: null } : moved;
  });

function withDispute(order: Order, { dispute: reading, answered, escalated }: FactOf<'dispute_read'>): Order {
  const known = escalated === true ? undefined : order.disputes.find(({ id }) => id === reading.id);
  const rest = order.disputes.filter(({ id }) => id !== reading.id);
  const before = {
    submission: answered === 'submit' ? 'sent' : (known?.submission ?? 'none'),
    acceptance: answered === 'accept' ? 'sent' : (known?.acceptance ?? 'none'),
    ...(known?.refused === true ? { refused: true as const } : {}),
  } as const;
  // Accepting a dispute is losing it; that we accepted it is ours to remember.
  const status = reading.status === 'lost' && before.acceptance !== 'none' ? 'accepted' : reading.status;
  const disputes: Dispute[] = [...rest, { ...before, ...reading, status }];
  const chargedBack = disputes.reduce((sum, one) => sum + (isLost(one) ? one.amount : 0), 0);
  return { ...order, disputes, payment: { ...order.payment, chargedBack } };
}

function apply(order: Order, fact: Fact): Order {
  switch (fact.type) {
    case 'order_placed':
      return placed(fact.placement, fact.at);
    case 'payment_read':
      return { ...order, payment: paymentAfter(order.payment, fact.reading) };
    case 'payment_recorded': {
      const payment = { ...paidByHand(order.payment, fact.amount), reference: fact.reference };
      return { ...order, payment, confirmationGiven: true };
    }
    case 'payment_collected':
      return { ...order, payment: paidByHand(order.payment, fact.amount) };
    case 'money_returned_by_hand':
      return { ...order, payment: returnedByHand(order.payment, fact.amount) };
    case 'authorization_expiring':
      return { ...order, payment: { ...order.payment, expiring: true } };
    case 'confirmation_given':
      return { ...order, confirmationGiven: true, calls: { ...order.calls, nextAt: null } };
    case 'order_confirmed':
      return {
        ...order,
        status: 'confirmed',
        backorder: stillWaiting(order),
        allocations: fact.allocations,
        lines: order.lines.map((line) => ({
          ...line,
          deliveryStatus: waitsOrNot(line, stillWaiting(order)?.lines ?? []),
          reserved: unitsIn(fact.allocations, line.no),
        })),
      };
    case 'fulfilments_created': {
      const fulfilments = fact.fulfilments.map(fulfilmentOfThisRelease);
      return rollUp({
        ...order,
        status: order.status === 'confirmed' ? 'processing' : order.status,
        allocations: [],
        fulfilments: [...order.fulfilments, ...fulfilments],
        acknowledgements: [...order.acknowledgements, ...acknowledgementsFor(order, fulfilments)],
      });
    }
    case 'label_bought':
      return mapFulfilment(order, fact.fulfilment, (one) => labelled(one, fact));
    case 'label_discarded':
      return mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        status: 'pending',
        label: one.label === null ? null : { ...one.label, unused: true },
        carrier: null,
        trackingNumber: null,
        trackingUrl: null,
        followed: false,
      }));
    case 'label_voided':
      return mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        label: one.label === null ? null : { ...one.label, ...voided(fact.refused) },
      }));
    case 'parcel_shipped': {
      const shipped = mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        status: 'shipped',
        shippedAt: fact.at,
        ...trackedBy(one, fact),
      }));
      return rollUp(mapUnits(shipped, fulfilmentOf(order, fact.fulfilment)?.lines ?? [], ship));
    }
    case 'tracking_changed':
      return mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        ...trackedBy(one, fact),
        trackingUrl: fact.trackingUrl,
      }));
    case 'parcel_followed':
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, followed: true }));
    case 'fulfilment_delivered': {
      const delivered = mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        status: 'delivered',
        hasInstructions: withInstructions(one, fact),
        deliveredAt: fact.at,
      }));
      return rollUp(mapUnits(delivered, outstandingOf(order, fact.fulfilment), deliver));
    }
    case 'units_delivered':
      return unitsDelivered(order, fact);
    case 'delay_noticed':
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, delays: [...one.delays, fact.stage] }));
    case 'parcel_moved':
      return mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        delays: one.delays.filter((stage) => stage !== 'stall'),
      }));
    case 'exception_opened': {
      const { kind, lane } = fact.exception;
      const opened = { id: exceptionIdOf(order.number, fact.seq), kind, lane, ...unitsAsked(fact.exception) };
      const acknowledgements =
        kind === 'overdue_acknowledgement'
          ? order.acknowledgements.map((one) =>
              acknowledgementLane(one.seller) === lane ? { ...one, escalated: true } : one,
            )
          : order.acknowledgements;
      return { ...order, acknowledgements, exceptions: [...order.exceptions, opened] };
    }
    case 'exception_resolved': {
      const exceptions = order.exceptions.filter((exception) => exception.id !== fact.exception);
      const resolved = order.exceptions.find((exception) => exception.id === fact.exception);
      const rereads = fact.resolution === 'retry' && resolved?.lane === 'payment' && order.payment.status !== 'paid';
      const payment = rereads ? { ...order.payment, checked: order.payment.method !== 'stripe' } : order.payment;
      return { ...order, exceptions, payment };
    }
    case 'exception_reopened': {
      const { exception: id, kind, lane, units } = fact;
      const opened = { id, kind, lane, ...(units === undefined ? {} : { units }) };
      return { ...order, exceptions: [...order.exceptions, opened] };
    }
    case 'order_completed':
      return { ...order, status: 'completed', closedAt: fact.at };
    case 'order_cancelled':
      return undone(order, 'cancelled', fact.at);
    case 'order_failed':
      return undone(order, 'failed', fact.at);
    case 'backordered': {
      const since = order.backorder?.since ?? fact.at;
      const promisedAt = order.backorder?.promisedAt ?? fact.promisedAt;
      const overdue = order.backorder?.overdue ?? false;
      const backorder = { since, promisedAt, lines: fact.lines, arrived: false, overdue };
      return {
        ...order,
        backorder,
        lines: order.lines.map((line) => ({ ...line, deliveryStatus: waitsOrNot(line, fact.lines) })),
      };
    }
    case 'stock_arrived':
      return { ...order, backorder: order.backorder === null ? null : { ...order.backorder, arrived: true } };
    case 'backorder_overdue':
      return { ...order, backorder: order.backorder === null ? null : { ...order.backorder, overdue: true } };
    case 'order_held':
      return { ...order, hold: { reason: fact.reason, at: fact.at } };
    case 'order_released':
      return { ...order, hold: null };
    case 'call_logged':
      return { ...order, calls: callsAfter(order, fact) };
    case 'call_overdue':
      return { ...order, calls: { ...order.calls, reminded: true } };
    case 'risk_assessed': {
      const { score, reasons, signs, review } = fact;
      const known = signs === undefined ? {} : { signs };
      return { ...order, review: { status: review ? 'due' : 'clear', score, reasons, ...known } };
    }
    case 'review_decided': {
      const review = order.review ?? { score: 0, reasons: [] };
      return { ...order, review: { ...review, status: fact.approved ? 'approved' : 'rejected' } };
    }
    case 'acknowledged':
      return {
        ...order,
        acknowledgements: order.acknowledgements.map((one) =>
          one.seller === fact.seller ? { ...one, at: one.at ?? fact.at } : one,
        ),
      };
    case 'lines_cancelled':
      return linesCancelled(order, fact);
    case 'lines_replaced': {
      const { removed, added, credit, at } = fact;
      return linesCancelled(withLines(order, added), { lines: removed, credit, at });
    }
    case 'substitution_proposed':
      return { ...order, substitutions: [...order.substitutions, fact.substitution] };
    case 'substitution_answered':
      return {
        ...order,
        substitutions: order.substitutions.map((one) =>
          one.id === fact.substitution ? { ...one, status: fact.answer } : one,
        ),
      };
    case 'return_exchanged':
      return exchanged(order, fact);
    case 'stock_reserved':
      return {
        ...order,
        backorder: stillWaiting(order),
        allocations: fact.allocations,
        lines: order.lines.map((line) => ({ ...line, reserved: line.reserved + unitsIn(fact.allocations, line.no) })),
      };
    case 'parcel_lost':
      return rollUp(givenUp(order, fact.fulfilment, 'lost'));
    case 'parcel_returned':
      return rollUp(givenUp(order, fact.fulfilment, 'returned'));
    case 'reship_requested': {
      // Of a parcel that came back, that it ended was told before.
      const isBack = fulfilmentOf(order, fact.fulfilment)?.status === 'returned';
      return rollUp({ ...(isBack ? order : givenUp(order, fact.fulfilment, 'lost')), status: 'processing' });
    }
    case 'claim_filed': {
      const { reference, amount, note, at } = fact;
      const claim = { reference, amount, note, status: 'filed', filedAt: at, paid: null, settledAt: null } as const;
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, claim }));
    }
    case 'claim_settled':
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, claim: settled(one.claim, fact) }));
    case 'refund_requested':
      return { ...order, refunds: [...order.refunds, fact.refund] };
    case 'refund_settled':
      return refundSettled(order, fact);
    case 'order_refunded':
      return { ...stopped(order, fact.at), status: 'refunded', closedAt: order.closedAt ?? fact.at };
    case 'return_requested':
      return { ...order, returns: [...order.returns, returnOfThisRelease(fact.return)] };
    case 'return_approved': {
      const labelDue = order.policy.returnLabel === 'store';
      return mapReturn(order, fact.return, (one) => told(order, { ...one, status: 'approved', labelDue }, fact.at));
    }
    case 'return_refused':
      return mapReturn(order, fact.return, (one) => ({ ...one, status: 'refused' }));
    case 'return_expired':
      return mapReturn(order, fact.return, (one) => ({ ...one, status: 'expired' }));
    case 'return_label_bought':
      return mapReturn(order, fact.return, (one) => labelledBack(order, one, fact.label, fact.at));
    case 'return_label_voided':
      return mapReturn(order, fact.return, (one) => mapLabels(one, fact.label, voided(fact.refused)));
    case 'return_label_waived':
      return mapReturn(order, fact.return, (one) => told(order, { ...one, labelDue: false }, fact.at));
    case 'return_shipped':
      return onItsWay(order, fact.return, fact.label, 'on_its_way');
    case 'return_arrived':
      return onItsWay(order, fact.return, fact.label, 'arrived');
    case 'return_received':
      return returnReceived(order, fact);
    case 'order_returned':
      return { ...order, status: 'returned', closedAt: order.closedAt ?? fact.at };
    case 'dispute_read':
      return withDispute(order, fact);
    case 'dispute_answered':
      return {
        ...order,
        disputes: order.disputes.map((one): Dispute => {
          if (one.id !== fact.dispute) return one;
          return fact.answer === 'accept' ? { ...one, acceptance: 'due' } : { ...one, submission: 'due' };
        }),
      };
    case 'dispute_answer_refused':
      return {
        ...order,
        disputes: order.disputes.map(
          (one): Dispute =>
            one.id === fact.dispute ? { ...one, submission: 'none', acceptance: 'none', refused: true } : one,
        ),
      };
    case 'address_edited': {
      const isPlanned =
        order.allocations.length > 0 || order.fulfilments.some((one) => isHere(one) && isFromStock(one));
      return fact.reroute === true && isPlanned ? { ...order, rerouting: true } : order;
    }
    case 'parcels_rerouted':
      return {
        ...order,
        rerouting: false,
        allocations: [...order.allocations, ...fact.allocations],
        fulfilments: order.fulfilments.map((one) =>
          isHere(one) && isFromStock(one) ? { ...one, status: 'cancelled' } : one,
        ),
      };
    case 'cancellation_requested':
    case 'cancellation_decided':
    case 'message_sent':
    case 'instructions_resent':
    case 'note_added':
      return order;
    default:
      return fact satisfies never;
  }
}

/** The order after `fact`. The first fact (`order_placed`) makes the order, so it takes `undefined`. */
export function evolve(order: Order | undefined, fact: Fact): Order {
  if (order === undefined && fact.type !== 'order_placed') {
    throw new RangeError(`the first fact of an order is order_placed, not ${fact.type}`);
  }
  const after = apply(order as Order, fact);
  return { ...after, version: fact.seq };
}

export const evolveAll = (order: Order | undefined, facts: readonly Fact[]): Order =>
  facts.reduce<Order | undefined>(evolve, order) as Order;
