import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { deskOf } from '../setup/desk.ts';
import { type Stage, scenario } from '../setup/scenario.ts';
import { deliver, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, untilException } = deskOf(() => system);
const CLAIM = { claim_reference: 'CL-778', amount: '15.00', note: 'not scanned since Tuesday' };
const claimOf = ({ fulfilments: [parcel] }: OrderView) => parcel?.claim;
/** A parcel of a seller on its way, and its tracking number. */
async function onItsWay(place: Stage['place']): Promise<[number: string, tracking: string]> {
  const number = await place({ items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }] });
  const { fulfilments } = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
  const tracking = fulfilments[0]?.tracking_number ?? '';
  await system.control.advanceParcel(tracking, 'TRANSIT');
  await untilOrder(system, number, ({ status }) => status === 'shipped');
  return [number, tracking];
}

describe('a claim at the carrier', () => {
  scenario(
    () => system,
    'for a lost parcel stands beside the goods that are sent again, and what the carrier pays is the store’s',
    async ({ place }) => {
      const [number] = await onItsWay(place);
      expect(await act(number, 'file_claim', CLAIM)).toMatchObject({ status: 409, body: { code: 'nothing_to_claim' } });
      await act(number, 'reship', { reason: 'no trace of it' });
      const filed = await act(number, 'file_claim', CLAIM);
      expect(filed.status).toBe(200);
      expect(claimOf(filed.body)).toMatchObject({ reference: 'CL-778', amount: '15.00', status: 'filed', paid: null });
      expect(filed.body.timeline.find(({ type }: { type: string }) => type === 'claim_filed').reason).toBe(
        'CL-778: not scanned since Tuesday',
      );
      expect((await act(number, 'file_claim', CLAIM)).body.code).toBe('nothing_to_claim');

      const { body: paid } = await act(number, 'settle_claim', { claim_outcome: 'paid', amount: '12.50' });
      expect(claimOf(paid)).toMatchObject({ amount: '15.00', status: 'paid', paid: '12.50' });
      expect(claimOf(paid)?.settled_at).not.toBeNull();
      expect(paid.payments).toEqual(filed.body.payments);
      expect(paid.refunds).toEqual([]);
      expect((await act(number, 'settle_claim', { claim_outcome: 'paid' })).body.code).toBe('claim_not_found');

      const { body: link } = await system.call('POST', `/v1/orders/${number}/links`, { body: {} });
      for (const key of [link.token, await system.makeKey('seller', ['*'], 'acme')]) {
        const { body } = await system.call('GET', `/v1/orders/${number}`, { key });
        expect(claimOf(body)).toBeNull();
        expect(JSON.stringify(body)).not.toMatch(/CL-778|claim_filed|claim_settled/);
      }
      const again = await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      expect(again.fulfilments[1]?.claim).toBeNull();
    },
    { events: 72 },
  );

  scenario(
    () => system,
    'for goods that came damaged is refused with the reason, and may be made again',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const { body: wrong } = await act(number, 'file_claim', { note: 'crushed' });
      expect(wrong.errors.map(({ field }: { field: string }) => field)).toEqual(['claim_reference', 'amount']);
      const free = await act(number, 'file_claim', { ...CLAIM, amount: '0.00' });
      expect(free).toMatchObject({ status: 422, body: { code: 'invalid_fields' } });
      expect((await act(number, 'file_claim', CLAIM)).body.status).toBe('completed');
      expect((await act(number, 'settle_claim', { claim_outcome: 'refused' })).body.code).toBe('note_required');
      const note = 'the box was too thin';
      const refused = await act(number, 'settle_claim', { claim_outcome: 'refused', note });
      expect(claimOf(refused.body)).toMatchObject({ status: 'refused', paid: null });
      expect(refused.body.timeline.at(-1)).toMatchObject({ type: 'claim_settled', reason: `refused: ${note}` });
      const again = await act(number, 'file_claim', { claim_reference: 'CL-779', amount: '9.00' });
      expect(claimOf(again.body)).toMatchObject({ reference: 'CL-779', status: 'filed', note: null, settled_at: null });
      const whole = await act(number, 'settle_claim', { claim_outcome: 'paid' });
      expect(claimOf(whole.body)).toMatchObject({ status: 'paid', paid: '9.00' });
    },
  );

  scenario(
    () => system,
    'may be made while a delivery has failed, and leaves that matter before its person',
    async ({ place }) => {
      const [number, tracking] = await onItsWay(place);
      await system.control.advanceParcel(tracking, 'FAILURE');
      await untilException(number, 'delivery_failed');
      const filed = await act(number, 'file_claim', CLAIM);
      expect(filed.body.exceptions).toMatchObject([{ kind: 'delivery_failed', status: 'open' }]);
      expect(filed.body.status).toBe('shipped');
      await system.control.advanceParcel(tracking, 'DELIVERED');
      await untilOrder(system, number, ({ status }) => status === 'completed');
      expect(claimOf(await getOrder(system, number))?.status).toBe('filed');
    },
  );
});
