import { defineSearchAttributeKey } from '@temporalio/common';
import { patched, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { waitOf } from '../domain/duties.ts';
import type { Order } from '../domain/order.ts';

/** What Temporal Web UI shows of an order. */

const ORDER_STATUS = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
const PAYMENT_STATUS = defineSearchAttributeKey('PaymentStatus', 'KEYWORD');
const WAITING_FOR = defineSearchAttributeKey('WaitingFor', 'KEYWORD');
const WAITING_UNTIL = defineSearchAttributeKey('WaitingUntil', 'DATETIME');

/**
 * The current details always (they cost no history event); the search attributes only when the order comes to rest in another
 * status, wait or deadline than before, as each change is an event.
 */
export function show(order: Order, resting: boolean): void {
  const { for: waitingFor, until } = waitOf(order);
  const deadline = until === null ? '' : ` until ${new Date(until.at).toISOString()} (${until.kind})`;
  const exceptions = order.exceptions.map(({ kind, lane }) => `\n- exception **${kind}** on ${lane}`).join('');
  setCurrentDetails(
    `**${order.number}** is **${order.status}**, payment **${order.payment.status}**, version ${order.version}.\n\n` +
      `Waits for ${waitingFor}${deadline}.${exceptions}`,
  );
  if (!resting) return;
  const shown = workflowInfo().typedSearchAttributes;
  const isShown =
    shown.get(ORDER_STATUS) === order.status &&
    shown.get(PAYMENT_STATUS) === order.payment.status &&
    shown.get(WAITING_FOR) === waitingFor;
  // An earlier release left the deadline as it was while the rest stayed.
  if (isShown && (shown.get(WAITING_UNTIL)?.getTime() === until?.at || !patched('deadline-shown'))) return;
  upsertSearchAttributes([
    { key: ORDER_STATUS, value: order.status },
    { key: PAYMENT_STATUS, value: order.payment.status },
    { key: WAITING_FOR, value: waitingFor },
    { key: WAITING_UNTIL, value: until === null ? null : new Date(until.at) },
  ]);
}
