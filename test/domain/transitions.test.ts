import { describe, expect, test } from 'vitest';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import { EXCEPTION_KINDS, ORDER_STATUSES, ROLES } from '../../src/domain/order.ts';
import { ACTION_NAMES, ACTIONS, allowedActions, refusalOf } from '../../src/domain/transitions.ts';
import { AT, ask, authorized, completed, confirmed, labelled, placed, processing, shipped } from './given.ts';

/** SPEC.md §2, "Actions", §5, "request cancellation", "add tracking", the change of lines, the buyer's answer about a substitute, and the reopening of exceptions. */
const SPEC_ACTIONS =
  'confirm log_call approve reject hold release edit_address acknowledge request_cancellation edit_lines substitute answer_substitution cancel ship edit_tracking mark_delivered retry_delivery resend_instructions complete refund request_return approve_return receive_return exchange reship file_claim settle_claim submit_evidence accept_dispute resolve_exception reopen_exception add_note send_message'.split(
    ' ',
  );
const ORDERS = { placed, authorized, confirmed, processing, labelled, shipped, completed };

describe('the transition table', () => {
  test('has every action of the specification and no other', () =>
    expect([...ACTION_NAMES].sort()).toEqual([...SPEC_ACTIONS].sort()));

  test('names only statuses and roles that exist', () => {
    for (const row of Object.values(ACTIONS)) {
      for (const [from, to] of Object.entries(row.moves)) {
        expect(ORDER_STATUSES).toContain(from);
        expect([...ORDER_STATUSES, 'same']).toContain(to);
      }
      for (const role of row.roles) expect(ROLES).toContain(role);
    }
  });

  test('lets nobody leave an end status, but for what is sent in exchange', () => {
    const { exchange, ...others } = ACTIONS;
    expect(exchange.moves).toEqual({ delivered: 'processing', completed: 'processing', returned: 'processing' });
    for (const row of Object.values(others)) {
      for (const ended of ['cancelled', 'failed', 'returned', 'refunded'] as const) {
        expect(['same', undefined]).toContain((row.moves as Record<string, string>)[ended]);
      }
    }
  });

  test('offers exactly what it does not refuse', () => {
    const needsFields = new Set([
      'payment_reference_required',
      'fulfilment_required',
      'tracking_number_required',
      'exception_not_found',
      'lines_required',
    ]);
    for (const order of Object.values(ORDERS).map((make) => make())) {
      for (const role of ROLES) {
        const offered = allowedActions(order, role, AT);
        for (const action of ACTION_NAMES) {
          const refusal = refusalOf(order, action, role, {}, AT);
          const isOffered = offered.includes(action);
          if (isOffered) expect(refusal === null || needsFields.has(refusal.code)).toBe(true);
          else if (action !== 'resolve_exception') expect(refusal).not.toBeNull();
        }
      }
    }
  });

  test('refuses what is not built yet by name', () => {
    expect(refusalOf(processing(), 'retry_delivery', 'owner', {}, AT)?.code).toBe('not_yet_available');
    const decided = ask(processing(), 'retry_delivery');
    expect(decided.ok ? null : decided.refusal.code).toBe('not_yet_available');
  });

  test('gives an agent nothing to do by itself', () => {
    for (const make of Object.values(ORDERS)) expect(allowedActions(make(), 'agent', AT)).toEqual([]);
  });
});

describe('exceptions', () => {
  test('each kind has a way out', () => {
    for (const kind of EXCEPTION_KINDS) expect(EXCEPTIONS[kind].resolutions.length).toBeGreaterThan(0);
  });
});
