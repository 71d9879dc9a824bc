import { describe, expect, test } from 'vitest';
import { evolve } from '../../src/domain/evolve.ts';
import type { Fact } from '../../src/domain/facts.ts';
import { emailKeyOf } from '../../src/domain/keys.ts';
import { emailsFor, refundOfSubject, subjectOf } from '../../src/domain/notifications.ts';
import type { Order, Role } from '../../src/domain/order.ts';
import { AT, confirmed, NUMBER, processing } from './given.ts';

const REFUND = `${NUMBER}/r9`;
const refund = { id: REFUND, amount: 100, reason: 'duplicate', note: null, lines: [], status: 'pending' };

function mailsOf(body: Record<string, unknown>, order: Order = processing(), role: Role = 'staff') {
  const fact = { seq: order.version + 1, at: AT, actor: { role, id: 'ana' }, ...body } as unknown as Fact;
  return emailsFor(fact, evolve(order, fact));
}

describe('the mail about what was done', () => {
  const withRefund = (order: Order): Order =>
    ({ ...order, refunds: [{ ...refund, reference: null, requestedAt: AT }] }) as Order;
  const settled = (status: string, reference: string | null) => ({
    type: 'refund_settled',
    refund: REFUND,
    status,
    reference,
    why: null,
  });

  test('names what it is about in its key, so that it is sent once', () => {
    const cut = { type: 'lines_cancelled', lines: [{ line: 1, quantity: 1 }], credit: 1500, reason: 'one will do' };
    const order = confirmed();
    const at = order.version + 1;
    expect(mailsOf(cut, order)).toEqual([
      { key: `${NUMBER}/items_cancelled/${at}`, kind: 'items_cancelled', fulfilment: null },
    ]);
    expect(mailsOf({ type: 'reship_requested', fulfilment: `${NUMBER}/1`, reason: 'lost' })).toEqual([
      { key: `${NUMBER}/reshipped/${NUMBER}/1`, kind: 'reshipped', fulfilment: `${NUMBER}/1` },
    ]);
    for (const kind of ['return_approved', 'return_refused', 'return_received'] as const) {
      const [mail] = mailsOf({ type: kind, return: `${NUMBER}/b5`, lines: [], location: null, note: null, reason: '' });
      expect(mail).toEqual({ key: `${NUMBER}/${kind}/${NUMBER}/b5`, kind, fulfilment: null });
    }
    expect(subjectOf(emailKeyOf(NUMBER, 'refunded', REFUND), NUMBER, 'refunded')).toBe(REFUND);
  });

  test('is not written when the store leaves it out', () => {
    const cut = { type: 'lines_cancelled', lines: [{ line: 1, quantity: 1 }], credit: 1500, reason: 'one will do' };
    const order = confirmed();
    const quiet = { ...order, policy: { ...order.policy, emailsLeftOut: ['items_cancelled'] } } as Order;
    expect(mailsOf(cut, quiet)).toEqual([]);
    expect(mailsOf({ type: 'reship_requested', fulfilment: `${NUMBER}/1`, reason: 'lost' }, quiet)).toHaveLength(1);
  });

  test('tells of a refund that went out, and again when it failed and came by hand', () => {
    const keys = (body: Record<string, unknown>) => mailsOf(body, withRefund(processing())).map(({ key }) => key);
    const [sent = ''] = keys(settled('succeeded', 're_1'));
    const [byHand = ''] = keys(settled('succeeded', null));
    expect(sent).toBe(`${NUMBER}/refunded/${REFUND}`);
    expect(byHand).not.toBe(sent);
    for (const key of [sent, byHand]) expect(refundOfSubject(subjectOf(key, NUMBER, 'refunded'))).toBe(REFUND);
    expect(keys(settled('failed', 're_1'))).toEqual([]);
  });

  test('says nothing of a refund once the order is cancelled, as that mail says it', () => {
    const cancelled: Order = { ...withRefund(processing()), status: 'cancelled' };
    expect(mailsOf(settled('succeeded', 're_1'), cancelled)).toEqual([]);
  });

  test('carries messages to the buyer, not those of the buyer or for others', () => {
    const sent = (to: string, role: Role) => mailsOf({ type: 'message_sent', to, staged: 'm1' }, processing(), role);
    expect(sent('buyer', 'staff')).toEqual([{ key: `${NUMBER}/message/m1`, kind: 'message', fulfilment: null }]);
    expect(sent('buyer', 'seller')).toHaveLength(1);
    expect(sent('buyer', 'customer')).toEqual([]);
    expect(sent('seller', 'staff')).toEqual([]);
    expect(sent('store', 'customer')).toEqual([]);
  });
});
