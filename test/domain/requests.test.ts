import { describe, expect, test } from 'vitest';
import { refusalOfMessage } from '../../src/domain/requests.ts';

/** What a person may send to an order by hand, past the API: all of it is looked at before anything is judged. */

const UNITS = [{ line: 1, quantity: 2 }];
const OFFER = { sku: 'TEE', name: 'T-shirt', kind: 'physical', seller: null, quantity: 1, unitPrice: 2999 };
const message = (fields: unknown, changes: object = {}) => ({
  action: 'refund',
  actor: { role: 'staff', id: 'ana' },
  fields,
  ...changes,
});
const refusal = (sent: unknown): string | undefined => refusalOfMessage(sent)?.detail;

describe('a message sent by hand', () => {
  test.each([
    {},
    { note: 'x', amount: 1000, lines: UNITS, refund_reason: 'other' },
    { received: [{ line: 1, quantity: 1, restock: false }], location: 'WEST', refund: false },
    { remove: UNITS, added: [OFFER, { ...OFFER, seller: 'acme', unitPrice: 0 }] },
    { staged_address: '01234567-89ab-cdef-0123-456789ABCDEF', to: 'seller' },
    { reopened: { kind: 'refund_due', lane: 'payment' }, exception: 'ORD-1/x1' },
    { outcome: 'postponed', until: 1_800_000_000_000 },
  ])('is taken with fields as they must be: %j', (fields) => expect(refusalOfMessage(message(fields))).toBeNull());

  test.each([
    ['staged_address', 'x'],
    ['staged_message', 12],
    ['lines', [null]],
    ['lines', null],
    ['lines', { line: 1, quantity: 1 }],
    ['lines', [{ line: 1, quantity: -1 }]],
    ['lines', [{ line: 1, quantity: 0.5 }]],
    ['received', UNITS],
    ['amount', '10.00'],
    ['amount', 10.5],
    ['amount', -1],
    ['amount', null],
    ['until', '2026-01-01'],
    ['refund_reason', 'because'],
    ['resolution', 'toString'],
    ['outcome', 'gone'],
    ['approve', 'no'],
    ['offer', { ...OFFER, unitPrice: '29.99' }],
    ['added', [{ ...OFFER, kind: 'none' }]],
    ['reopened', { kind: 'refund_due' }],
    ['note', { text: 'x' }],
    ['ammount', 1000],
    ['constructor', 'x'],
  ])('is refused with the name of the field: %s as %j', (name, value) =>
    expect(refusal(message({ [name]: value }))).toContain(`The field ${name} `),
  );

  test.each([
    null,
    'refund',
    message(null),
    message({}, { action: 'toString' }),
    message({}, { action: 'give' }),
    message({}, { actor: { role: 'king', id: 'ana' } }),
    message({}, { actor: { role: 'staff' } }),
    message({}, { expectedVersion: '3' }),
    message({}, { seenVersion: 1.5 }),
  ])('is refused when it is none: %j', (sent) => expect(refusal(sent)).toBe('The message is not that of an action.'));
});
