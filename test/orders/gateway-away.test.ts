import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Fault } from '../../sandbox/control.ts';
import { personWith } from '../api/people/browser.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { type Answer, deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/**
 * What only moves money is not begun while the gateway does not answer (SPEC.md §2: "`503` when the engine or the payment gateway is
 * unreachable (the money actions then do nothing)").
 */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, resolve, openException } = deskOf(() => system);
const referenceOf = async (number: string): Promise<string> =>
  (await getOrder(system, number)).payments[0]?.reference ?? '';
const away = async (number: string, fault: Partial<Fault> = {}): Promise<void> => {
  const route = 'GET /v1/payment_intents/:id';
  const match = await referenceOf(number);
  await system.control.fault({ service: 'stripe', route, kind: 'error', status: 503, count: 100, match, ...fault });
};
const back = (): Promise<void> => system.control.clearFaults();
const isRefused = ({ status, body, headers }: Answer): void => {
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'gateway_unavailable' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
};
/** Asks again until the gateway is known to be back. */
const atLast = (ask: () => Promise<Answer>): Promise<Answer> => eventually(ask, ({ status }) => status !== 503);
const refundedAtGateway = async (number: string): Promise<number | undefined> => {
  const reference = await referenceOf(number);
  return (await system.control.ledger()).payments.find((one) => one.payment_intent === reference)?.refunded;
};

describe('while the gateway does not answer', () => {
  scenario(
    () => system,
    'a refund is refused and leaves no trace; the same request is done once when the gateway is back',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const ways: Partial<Fault>[] = [{}, { status: 429 }, { kind: 'drop' }, { kind: 'delay', delay_ms: 4_000 }];
      for (const [index, way] of ways.entries()) {
        const before = await getOrder(system, number);
        const refund = { amount: '1.00', refund_reason: 'duplicate' };
        const again = () => act(number, 'refund', refund, { 'idempotency-key': `refund-${number}-${index}` });
        await away(number, way);
        isRefused(await again());
        isRefused(await again());
        expect(await getOrder(system, number)).toEqual(before);
        await back();
        expect((await atLast(again)).status, JSON.stringify(way)).toBe(200);
        expect((await again()).headers.get('idempotent-replayed')).toBe('true');
        await untilOrder(system, number, ({ refunds }) => refunds.every(({ status }) => status === 'succeeded'));
        expect(await refundedAtGateway(number)).toBe(100 * (index + 1));
      }
      // A payment that the gateway does not know is answered by the gateway.
      await away(number, { status: 404, count: 1 });
      expect((await act(number, 'refund', { amount: '1.00', refund_reason: 'duplicate' })).status).toBe(200);
    },
  );

  scenario(
    () => system,
    'a dispute is neither accepted nor answered, by the action or by its exception',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      await system.control.dispute(await referenceOf(number), { reason: 'product_not_received' });
      const exception = await openException(number, 'dispute');
      await away(number);
      isRefused(await act(number, 'accept_dispute', {}));
      isRefused(await act(number, 'submit_evidence', { evidence: 'It was signed for.' }));
      isRefused(await resolve(exception, { resolution: 'accept_dispute' }));
      const many = { ids: [exception], resolution: 'accept_dispute' };
      const { body } = await system.call('POST', '/v1/exceptions/resolve', {
        body: many,
        idempotencyKey: `m-${number}`,
      });
      expect(body.data).toMatchObject([{ result: 'refused', code: 'gateway_unavailable' }]);
      expect((await getOrder(system, number)).exceptions).toMatchObject([{ id: exception, status: 'open' }]);
      await back();
      const later = await eventually(
        () => system.call('POST', '/v1/exceptions/resolve', { body: many, idempotencyKey: `m-${number}` }),
        (answer) => answer.body.resolved === 1,
      );
      expect(later.status).toBe(200);
      await untilOrder(system, number, ({ status }) => status === 'refunded');
    },
  );

  scenario(
    () => system,
    'a refund that was prepared is not confirmed, and can be by anybody afterwards',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const fields = { amount: '2.00', refund_reason: 'duplicate' };
      const prepared = await system.call('POST', `/v1/orders/${number}/proposals`, {
        body: { action: 'refund', fields, reason: 'asked twice' },
      });
      expect(prepared.status, JSON.stringify(prepared.body)).toBe(201);
      const confirm = (headers: Record<string, string>) =>
        system.call('POST', `/v1/proposals/${prepared.body.id}/confirm`, { headers, body: {} });
      await away(number);
      isRefused(await confirm(await personWith(system, { role: 'owner' })));
      expect((await system.call('GET', `/v1/proposals/${prepared.body.id}`)).body).toMatchObject({
        status: 'open',
        confirmed_by: null,
      });
      await back();
      const scopes = ['orders:read', 'orders:refund', 'proposals:read'];
      const other = await personWith(system, { role: 'staff', scopes });
      expect((await atLast(() => confirm(other))).body).toMatchObject({ proposal: { status: 'confirmed' } });
    },
  );

  scenario(
    () => system,
    'what a gateway has no part in, and what is more than money, goes on',
    async ({ place }) => {
      const [cash, card] = [await place({ payment: { method: 'cod' } }), await place()];
      await deliver(system, cash);
      await untilOrder(system, card, ({ payment_status: status }) => status === 'paid');
      await away(card);
      await system.control.fault({ service: 'stripe', kind: 'error', status: 503, count: 2 });
      expect((await act(cash, 'refund', { amount: '1.00', refund_reason: 'duplicate' })).status).toBe(200);
      expect((await act(card, 'cancel', { reason: 'never mind' })).status).toBe(200);
      await back();
      await untilOrder(system, card, ({ payment_status: status }) => status === 'refunded');
    },
  );
});
