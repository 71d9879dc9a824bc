import { describe, expect, test } from 'vitest';
import { type ExceptionReport, type FactBody } from '../../src/domain/facts.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { decidedOn, SAID, sayingIn, sayingOf, sayingOfException } from '../../src/domain/sayings.ts';

const about = (kind: ExceptionReport['kind'], context: ExceptionReport['context'], fulfilment: string | null = null) =>
  sayingOfException({ kind, context, fulfilment }, 'USD');

describe('the timeline', () => {
  test.each<[FactBody, object | null]>([
    [
      { type: 'call_logged', outcome: 'no_answer', until: null, note: 'Try the evening' },
      { code: 'call', values: { outcome: 'no_answer', note: 'Try the evening' } },
    ],
    [
      { type: 'call_logged', outcome: 'busy', until: null, note: null },
      { code: 'call', values: { outcome: 'busy' } },
    ],
    [
      { type: 'order_confirmed', allocations: [], explanation: ['Nothing physical to route.'] },
      { code: 'nothing_to_route', values: {} },
    ],
    [
      {
        type: 'order_confirmed',
        allocations: ['WEST', 'EAST', 'WEST'].map((location, index) => ({
          line: index + 1,
          sku: 'MUG',
          location,
          quantity: 1,
          seller: null,
          lateDays: 0,
        })),
        explanation: ['WEST + EAST chosen of 3 possible plans (fewest_parcels 2).'],
      },
      { code: 'stock_taken', values: { locations: 'WEST + EAST' } },
    ],
    [
      { type: 'delay_noticed', fulfilment: 'f', stage: 'deliver' },
      { code: 'delay_deliver', values: {} },
    ],
    [
      { type: 'exception_resolved', exception: 'x', resolution: 'retry', note: null },
      { code: 'resolved', values: { resolution: 'retry' } },
    ],
    [{ type: 'exception_resolved', exception: 'x', resolution: 'retry', note: 'They paid by phone' }, null],
    [{ type: 'note_added', note: 'Ask again on Monday' }, null],
    [{ type: 'order_cancelled', reason: 'Changed my mind' }, null],
    [
      { type: 'order_cancelled', reason: SAID.fakeOrder },
      { code: 'fake_order', values: {} },
    ],
  ])('%o', (fact, expected) => {
    expect(sayingOf(fact, 'USD')).toEqual(expected);
  });

  test('what a person wrote is told from what the system wrote in its place, of every kind of exception', () => {
    expect(sayingIn('Please hurry')).toBeNull();
    for (const sentence of Object.values(SAID)) expect(sayingIn(sentence), sentence).not.toBeNull();
    for (const kind of EXCEPTION_KINDS)
      expect(sayingIn(decidedOn(kind))).toEqual({ code: 'exception_decided', values: { exception_kind: kind } });
  });
});

describe('an exception', () => {
  test('is told apart by what was written down with it, where one kind has several causes', () => {
    const failure = { code: 'insufficient_funds', message: 'Your card has insufficient funds.' };
    expect(about('payment_failed', { reading: { reference: 'pi_1', state: 'failed', failure } })).toEqual({
      code: 'payment_failed',
      values: { reference: 'pi_1', decline: 'insufficient_funds', said: 'Your card has insufficient funds.' },
    });
    expect(about('payment_failed', { reading: { reference: 'pi_1', state: 'voided', failure: null } })?.code).toBe(
      'authorization_lapsed',
    );
    expect(about('stock_out', { shortages: [{ line: 1, sku: 'MUG', wanted: 3, available: 1 }] })).toEqual({
      code: 'stock_short',
      values: { shortages: 'MUG 1/3' },
    });
    expect(about('stock_out', { missing: [], since: '2026-03-01T00:00:00.000Z' })?.code).toBe('stock_not_arrived');
    expect(about('parcel_lost', { tracking: null }, 'f1')).toEqual({
      code: 'parcel_not_arrived',
      values: { parcel: 'f1' },
    });
    expect(about('parcel_lost', { details: 'Left with a neighbour' }, 'f1')?.code).toBe('parcel_turned_up');
    expect(about('delivery_failed', { status: 'returned', details: '' })).toEqual({
      code: 'parcel_returning',
      values: {},
    });
  });

  test('of a partner, or of an earlier release, keeps its sentence where nothing was written down', () => {
    expect(about('payment_failed', { tried: 'capture', failure: 'PaymentRefused' })).toBeNull();
    expect(about('fraud', { score: 40, reasons: ['A first order, over the limit.'] })).toBeNull();
  });

  test('about fraud says each sign after the other', () => {
    const signs = [{ code: 'sign_first_order', values: { points: 40 } }] as const;
    expect(about('fraud', { score: 40, reasons: ['…'], signs, threshold: 30 })).toEqual({
      code: 'fraud_signs',
      values: { score: 40 },
      parts: signs,
    });
  });

  test('about a dispute has its amount in the currency of the order, and its deadline', () => {
    const dispute = { id: 'dp', status: 'needs_response', amount: 2000, reason: 'general', evidenceDue: 5 };
    expect(about('dispute', { dispute })).toEqual({
      code: 'dispute_opened',
      values: { amount: 2000, currency: 'USD', dispute_reason: 'general', at: 5 },
    });
  });
});
