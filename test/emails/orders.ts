import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { putStore } from '../../src/db/catalogue.ts';
import type { Db } from '../../src/db/database.ts';
import { insertIntake } from '../../src/db/intake.ts';
import { recordPlacement } from '../../src/db/record.ts';
import { place } from '../../src/domain/accepting.ts';
import type { EmailKind } from '../../src/domain/email-kinds.ts';
import type { Placement } from '../../src/domain/facts.ts';
import { emailKeyOf, orderNumberFrom } from '../../src/domain/keys.ts';
import { type Order, SYSTEM } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

export const PLACED_AT = Date.UTC(2026, 10, 16, 14, 5);
export const BUYER = { name: 'Ada Private', email: 'ada.private@example.com', line1: '12 Secret Street' };

export function placementOf(number: string): Placement {
  return {
    number,
    store: 'main',
    channel: 'web',
    currency: 'USD',
    shippingService: 'standard',
    lines: [{ no: 1, sku: 'KETTLE', kind: 'digital', seller: null, quantity: 2, unitPrice: 1250 }],
    totals: { subtotal: 2500, discount: 0, shipping: 0, tax: 0, total: 2500 },
    paymentMethod: 'cod',
    paymentReference: null,
    paymentOptions: { paymentMethod: null, returnUrl: null },
    policy: DEFAULT_POLICY.order,
  };
}

/** An order as the API and the workflow record it, with a store of its own support address. */
export async function placeOrder(
  db: Db,
  changes: Partial<Placement> = {},
  { name, email, line1 }: typeof BUYER = BUYER,
): Promise<Order> {
  const number = orderNumberFrom(randomBytes(10));
  const placement = { ...placementOf(number), ...changes };
  const address = {
    name,
    line1,
    city: 'Portland',
    region: 'OR',
    postal_code: '97205',
    country: 'US',
  };
  await putStore(db, { code: 'main', name: 'Test Store', supportEmail: 'support@store.example', policy: {} });
  await insertIntake(db, {
    number,
    apiKey: 'test',
    idempotencyKey: number,
    requestHash: number,
    placement,
    buyer: {
      customer: { name, email, phone: null, locale: 'en-US' },
      billing_address: address,
      shipping_address: address,
      lines: [{ no: 1, name: 'Enamel kettle', custom_fields: {} }],
    },
  });
  const { order, facts } = place(placement, SYSTEM, PLACED_AT);
  if (!(await recordPlacement(db, order, facts))) throw new Error(`${number} could not be recorded`);
  return order;
}

/** A mail that is due, as a transition would write it down; answers its key. */
export async function writeDown(
  db: Db,
  number: string,
  kind: EmailKind,
  fulfilment: string | null = null,
): Promise<string> {
  const key = emailKeyOf(number, kind, fulfilment ?? 'order');
  await sql`insert into email (key, kind, order_number, fulfilment) values (${key}, ${kind}, ${number}, ${fulfilment})`.execute(
    db,
  );
  return key;
}

export type EmailRow = {
  readonly key: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly sent: boolean;
  readonly gaveUp: boolean;
};

export async function emailRows(db: Db): Promise<EmailRow[]> {
  const { rows } = await sql<EmailRow>`
    select key, attempts, last_error as error, sent_at is not null as sent, gave_up_at is not null as "gaveUp"
      from email order by key`.execute(db);
  return rows;
}

/** Looks every 20 ms until `found` gives something other than undefined; throws after twenty seconds. */
export async function eventually<Found>(what: string, found: () => Promise<Found | undefined> | Found | undefined) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const result = await found();
    if (result !== undefined) return result;
    await sleep(20);
  }
  throw new Error(`${what}: did not happen within twenty seconds`);
}
