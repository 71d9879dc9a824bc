import { expect, test } from 'vitest';
import type { ActionFields } from '../../src/domain/guards.ts';
import { movesMoneyOnly } from '../../src/domain/money-moves.ts';
import type { Order } from '../../src/domain/order.ts';
import type { ActionName } from '../../src/domain/transitions.ts';
import { ask, completed, hear, labelled, processing, reading, shipped } from './given.ts';

const dispute = {
  id: 'dp_1',
  status: 'needs_response',
  amount: 3500,
  reason: 'fraudulent',
  evidenceDue: null,
} as const;
const disputed = (): Order => hear(completed(), { type: 'dispute_read', dispute });
const lost = (): Order =>
  hear(shipped(), { type: 'deadline', kind: 'deliver_by', subject: shipped().fulfilments[0]?.id ?? '' });
const after = (order: Order, action: ActionName, fields: ActionFields): Order => {
  const decided = ask(order, action, fields);
  if (!decided.ok) throw new Error(decided.refusal.code);
  return decided.order;
};
/** A refund that the gateway refused, and the exception about it. */
const refused = (): Order => {
  const order = after(completed(), 'refund', { amount: 100, refund_reason: 'duplicate' });
  const failure = { type: 'RefundByHand', message: 'too late', details: {} };
  return hear(order, { type: 'duty_failed', duty: { do: 'send_refund', lane: 'payment' }, failure });
};
const failedLater = (): Order => {
  const order = after(completed(), 'refund', { amount: 100, refund_reason: 'duplicate' });
  const id = order.refunds[0]?.id ?? '';
  const now = reading({ state: 'captured', captured: 3500, refunded: 100 });
  const sent = hear(order, { type: 'refund_sent', refund: id, reference: 're_1', reading: now });
  return hear(sent, { type: 'refund_failed', reference: 're_1', why: 'the account is closed' });
};
const exceptionOf = ({ exceptions }: Order): string => exceptions[0]?.id ?? '';
const resolved = (resolution: ActionFields['resolution']) => (order: Order) =>
  ({ exception: exceptionOf(order), resolution, note: 'x' }) as const;

test.each<[string, () => Order, ActionName, ActionFields | ((order: Order) => ActionFields), boolean]>([
  ['a refund', completed, 'refund', { refund_reason: 'duplicate' }, true],
  ['the acceptance of a dispute', disputed, 'accept_dispute', {}, true],
  ['evidence', disputed, 'submit_evidence', {}, true],
  ['the same from the queue', disputed, 'resolve_exception', resolved('submit_evidence'), true],
  ['another try of a refund that was refused', refused, 'resolve_exception', resolved('retry'), true],
  ['another try of a refund that did not arrive', failedLater, 'resolve_exception', resolved('retry'), true],
  ['a refund that is made by hand', refused, 'resolve_exception', resolved('refunded_by_hand'), false],
  [
    'a cancelled line, which gives back stock as well',
    processing,
    'cancel',
    { lines: [{ line: 1, quantity: 1 }] },
    false,
  ],
  ['a cancelled order', labelled, 'cancel', { reason: 'x' }, false],
  ['a note', completed, 'add_note', { note: 'x' }, false],
])('%s: does it move money and nothing else?', (_what, make, action, given, only) => {
  const order = make();
  const decided = ask(order, action, typeof given === 'function' ? given(order) : given);
  if (!decided.ok) throw new Error(decided.refusal.code);
  expect(movesMoneyOnly(order, decided.order, decided.facts)).toBe(only);
});

test.each(['refund', 'reship'] as const)('a lost parcel ends as well, whichever is decided: %s', (resolution) => {
  const late = hear(lost(), { type: 'deadline', kind: 'lost_after', subject: lost().fulfilments[0]?.id ?? '' });
  const decided = ask(late, 'resolve_exception', resolved(resolution)(late));
  if (!decided.ok) throw new Error(decided.refusal.code);
  expect(movesMoneyOnly(late, decided.order, decided.facts)).toBe(false);
});
