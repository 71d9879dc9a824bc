import { type RawBuilder, sql } from 'kysely';
import { isCallDue } from '../domain/calls.ts';
import { waitOf } from '../domain/duties.ts';
import { evolve } from '../domain/evolve.ts';
import type { Fact, FactBody } from '../domain/facts.ts';
import type { Line, Order } from '../domain/order.ts';
import { reasonOf } from '../domain/timeline.ts';
import { changed, type Db, json, prepared, timestamp } from './database.ts';

/** Owns orders, order_line, order_event and staged_address. `src/db/record.ts` joins these pieces into one statement. */

/** The columns of the order row that a transition may change. */
function changing(order: Order) {
  const wait = waitOf(order);
  return {
    status: order.status,
    paymentStatus: order.payment.status,
    paymentReference: order.payment.reference,
    confirmationGiven: order.confirmationGiven,
    waitingFor: wait.for,
    waitingUntil: timestamp(wait.until?.at ?? null),
    exceptionsOpen: order.exceptions.length,
    closedAt: timestamp(order.closedAt),
    rerouting: order.rerouting,
    backorder: order.backorder === null ? null : json(order.backorder),
    hold: order.hold === null ? null : json(order.hold),
    review: order.review === null ? null : json(order.review),
    calls: json(order.calls),
    nextCallAt: isCallDue(order) ? timestamp(order.calls.nextAt) : null,
    acknowledgements: json(order.acknowledgements),
    credit: order.credit,
    substitutions: json(order.substitutions),
  };
}

/** Inserts the order from its intake row, and gives what it is searched by; no row when it is recorded already. */
export function insertOrder(order: Order): RawBuilder<unknown> {
  const { totals } = order;
  const now = changing(order);
  return sql`
    insert into orders (number, store, channel, status, payment_status, payment_method, payment_reference, version, currency,
                        subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, shipping_service,
                        customer_name, customer_email, customer_phone, locale, billing_address, shipping_address, instructions,
                        customer_ip, terms,
                        confirmation_given, waiting_for, waiting_until, calls, next_call_at, policy, placed_at, updated_at)
    select ${order.number}, ${order.store}, ${order.channel}, ${now.status}, ${now.paymentStatus}, ${order.payment.method},
           ${now.paymentReference}, ${order.version}, ${order.currency},
           ${totals.subtotal}, ${totals.discount}, ${totals.shipping}, ${totals.tax}, ${totals.total}, ${order.shippingService},
           buyer->'customer'->>'name', buyer->'customer'->>'email', buyer->'customer'->>'phone',
           coalesce(buyer->'customer'->>'locale', 'en'), buyer->'billing_address', buyer->'shipping_address', buyer->>'instructions',
           buyer->'customer'->>'ip_address', buyer->'terms',
           ${now.confirmationGiven}, ${now.waitingFor}, ${now.waitingUntil}, ${now.calls}::jsonb, ${now.nextCallAt}::timestamptz,
           ${json(order.policy)}::jsonb,
           ${timestamp(order.placedAt)}, ${timestamp(order.placedAt)}
      from intake
    on conflict (number) do nothing
    returning number, facets, placed_at, total_minor, customer_email, customer_name`;
}

/** Locks the row of an order that stands as it is in `before`. */
export const lockOrder = ({ number, version }: Order): RawBuilder<unknown> =>
  sql`select 1 from orders where number = ${number} and version = ${version} for no key update`;

/** Moves the order on, if it is still at `before.version` and `when` holds; gives its number and facets when it did. */
export function updateOrder(
  before: Order,
  after: Order,
  at: number,
  when: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  const now = changing(after);
  return sql`
    update orders
       set status = ${now.status}, payment_status = ${now.paymentStatus}, payment_reference = ${now.paymentReference},
           version = ${after.version}, confirmation_given = ${now.confirmationGiven},
           waiting_for = ${now.waitingFor}, waiting_until = ${now.waitingUntil}, exceptions_open = ${now.exceptionsOpen},
           closed_at = ${now.closedAt}, rerouting = ${now.rerouting}, backorder = ${now.backorder}::jsonb, hold = ${now.hold}::jsonb, review = ${now.review}::jsonb, calls = ${now.calls}::jsonb,
           next_call_at = ${now.nextCallAt}, acknowledgements = ${now.acknowledgements}::jsonb, credit_minor = ${now.credit}, substitutions = ${now.substitutions}::jsonb, updated_at = ${timestamp(at)}
     where number = ${after.number} and version = ${before.version} and ${when}
    returning number, facets`;
}

/** Line names and custom fields come with the buyer's part of the intake row, by line number. */
export function insertLines(order: Order): RawBuilder<unknown> {
  return sql`
    insert into order_line (order_number, no, sku, name, kind, seller, quantity, unit_price_minor, discount_minor, tax_minor, shortage, custom_fields,
                            delivery_status, reserved, shipped, delivered, cancelled, returned, refunded)
    select m.number, l.no, l.sku, coalesce(d.name, l.sku), l.kind, l.seller, l.quantity, l."unitPrice", l.discount, l.tax, l.shortage,
           coalesce(d.custom_fields, '{}'), l."deliveryStatus", l.reserved, l.shipped, l.delivered, l.cancelled, l.returned, l.refunded
      from moved m, intake i, jsonb_to_recordset(${json(order.lines)}::jsonb)
           as l(no int, sku text, kind text, seller text, quantity int, "unitPrice" bigint, discount bigint, tax bigint, shortage text, "deliveryStatus" text,
                reserved int, shipped int, delivered int, cancelled int, returned int, refunded int)
      left join lateral (
        select name, custom_fields from jsonb_to_recordset(i.buyer->'lines') as b(no int, name text, custom_fields jsonb) where b.no = l.no
      ) d on true`;
}

/** Lines that came in after the order was placed, by the facts that brought them. */
export function insertAddedLines(before: Order, after: Order, facts: readonly Fact[]): RawBuilder<unknown> | null {
  const names = new Map(
    facts.flatMap((fact) =>
      fact.type === 'lines_replaced' || fact.type === 'return_exchanged'
        ? fact.added.map(({ no, name }) => [no, name] as const)
        : [],
    ),
  );
  const rows = after.lines
    .slice(before.lines.length)
    .map((line) => ({ ...line, name: names.get(line.no) ?? line.sku }));
  if (rows.length === 0) return null;
  return sql`
    insert into order_line (order_number, no, sku, name, kind, seller, quantity, unit_price_minor, discount_minor, tax_minor, shortage, custom_fields,
                            delivery_status, reserved, shipped, delivered, cancelled, returned, refunded)
    select m.number, l.no, l.sku, l.name, l.kind, l.seller, l.quantity, l."unitPrice", l.discount, l.tax, l.shortage, '{}',
           l."deliveryStatus", l.reserved, l.shipped, l.delivered, l.cancelled, l.returned, l.refunded
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as l(no int, sku text, name text, kind text, seller text, quantity int, "unitPrice" bigint, discount bigint, tax bigint, shortage text, "deliveryStatus" text,
                reserved int, shipped int, delivered int, cancelled int, returned int, refunded int)`;
}

export function updateLines(before: Order, after: Order): RawBuilder<unknown> | null {
  const lines: Line[] = changed(before.lines, after.lines.slice(0, before.lines.length));
  if (lines.length === 0) return null;
  return sql`
    update order_line o
       set delivery_status = l."deliveryStatus", reserved = l.reserved, shipped = l.shipped, delivered = l.delivered,
           cancelled = l.cancelled, returned = l.returned, refunded = l.refunded
      from moved m, jsonb_to_recordset(${json(lines)}::jsonb)
           as l(no int, "deliveryStatus" text, reserved int, shipped int, delivered int, cancelled int, returned int, refunded int)
     where o.order_number = m.number and o.no = l.no`;
}

/** One row for each fact, with the status before and after it. `order` is the order before the first of them. */
export function insertEvents(order: Order | undefined, facts: readonly Fact[]): RawBuilder<unknown> {
  let state = order;
  const rows = facts.map((fact) => {
    const fromStatus = state?.status ?? 'pending';
    state = evolve(state, fact);
    const { seq, at, actor, type, ...data } = fact;
    return {
      seq,
      at: timestamp(at),
      role: actor.role,
      id: actor.id,
      type,
      fromStatus,
      toStatus: state.status,
      reason: reasonOf(fact),
      data,
    };
  });
  return sql`
    insert into order_event (order_number, seq, at, actor_role, actor_id, type, from_status, to_status, reason, data)
    select m.number, e.seq, e.at, e.role, e.id, e.type, e."fromStatus", e."toStatus", e.reason, e.data
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as e(seq int, at timestamptz, role text, id text, type text, "fromStatus" text, "toStatus" text, reason text, data jsonb)`;
}

/** Puts the staged address of an `address_edited` fact into its order. Runs in the transaction of the transition. */
export async function applyStagedAddress(db: Db, orderNumber: string, staged: string): Promise<void> {
  await sql`
    update orders set shipping_address = s.address from staged_address s
     where s.id = ${staged} and s.order_number = ${orderNumber} and orders.number = ${orderNumber}`.execute(db);
}

export async function stageAddress(db: Db, id: string, orderNumber: string, address: object): Promise<void> {
  await sql`insert into staged_address (id, order_number, address) values (${id}, ${orderNumber}, ${json(address)}::jsonb)
    on conflict (id) do nothing`.execute(db);
}

/**
 * Whether this fact stands on the timeline at its place: the sign that an earlier try recorded it. The time is not compared, as
 * a step that is repeated after a crash is repeated at a later time.
 */
export async function hasFact(db: Db, orderNumber: string, fact: Fact): Promise<boolean> {
  const { seq, at: _at, actor, type, ...data } = fact;
  const { rows } = await sql<{ found: boolean }>`
    select exists (select 1 from order_event where order_number = ${orderNumber} and seq = ${seq} and type = ${type}
                      and actor_role = ${actor.role} and actor_id = ${actor.id} and data = ${json(data)}::jsonb) as found`.execute(
    db,
  );
  return rows[0]?.found ?? false;
}

export type EventRow = {
  readonly seq: number;
  readonly at: Date;
  readonly actorRole: string;
  readonly actorId: string;
  readonly type: string;
  readonly fromStatus: string;
  readonly toStatus: string;
  readonly reason: string | null;
  readonly data: Record<string, unknown>;
};

export async function timelineOf(db: Db, orderNumber: string): Promise<EventRow[]> {
  const { rows } = await prepared<EventRow>(
    'timeline',
    sql`
    select seq, at, actor_role as "actorRole", actor_id as "actorId", type, from_status as "fromStatus", to_status as "toStatus", reason, data
      from order_event where order_number = ${orderNumber} order by seq`,
  ).execute(db);
  return rows;
}

/** {@link timelineOf} the order row `o`, in one value. */
export const timelineOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'seq', e.seq, 'at', round(extract(epoch from e.at) * 1000), 'actorRole', e.actor_role, 'actorId', e.actor_id, 'type', e.type,
     'fromStatus', e.from_status, 'toStatus', e.to_status, 'reason', e.reason, 'data', e.data)
     order by e.seq), '[]') from order_event e where e.order_number = o.number)`;
export type TimelineOfRow = readonly (Omit<EventRow, 'at'> & { readonly at: number })[];

export const timelineFrom = (written: TimelineOfRow): EventRow[] =>
  written.map((event) => ({ ...event, at: new Date(event.at) }));

/** What happened, without when and by whom. */
export const bodyOf = ({ type, data }: Pick<EventRow, 'type' | 'data'>): FactBody =>
  ({ ...data, type }) as unknown as FactBody;

/** The facts of an order as they were recorded; none when there is no such order. */
export async function factsOf(db: Db, orderNumber: string): Promise<Fact[]> {
  const events = await timelineOf(db, orderNumber);
  return events.map(({ seq, at, actorRole, actorId, type, data }) => {
    const fact = { ...data, seq, at: at.getTime(), actor: { role: actorRole, id: actorId }, type };
    return fact as unknown as Fact;
  });
}

/** The columns of the order row `o`, in the names of the domain. */
export const orderColumns = sql`
  o.number, o.store, o.channel, o.status, o.version, o.currency, o.subtotal_minor as subtotal, o.discount_minor as discount,
  o.shipping_minor as shipping, o.tax_minor as tax, o.total_minor as total, o.shipping_service as "shippingService",
  o.customer_name as "customerName", o.customer_email as "customerEmail", o.customer_phone as "customerPhone", o.locale, o.instructions, o.customer_ip as "customerIp", o.terms,
  o.billing_address as "billingAddress", o.shipping_address as "shippingAddress", o.confirmation_given as "confirmationGiven",
  o.rerouting, o.backorder, o.hold, o.review, o.calls, o.acknowledgements, o.credit_minor as credit, o.substitutions, o.waiting_for as "waitingFor", o.waiting_until as "waitingUntil", o.policy, o.placed_at as "placedAt", o.closed_at as "closedAt",
  o.updated_at as "updatedAt"`;

/** The lines of the order row `o`, in the shape of the domain and with what people read of them. */
export const linesOfRow = sql`
  (select jsonb_agg(jsonb_build_object(
     'no', l.no, 'sku', l.sku, 'kind', l.kind, 'seller', l.seller, 'quantity', l.quantity, 'unitPrice', l.unit_price_minor,
     'discount', l.discount_minor, 'tax', l.tax_minor, 'shortage', l.shortage,
     'deliveryStatus', l.delivery_status, 'reserved', l.reserved, 'shipped', l.shipped, 'delivered', l.delivered,
     'cancelled', l.cancelled, 'returned', l.returned, 'refunded', l.refunded, 'name', l.name, 'customFields', l.custom_fields)
     order by l.no) from order_line l where l.order_number = o.number)`;

/** The allocations that are in no parcel yet: those after the last parcels were made. */
export const openAllocations = sql`
  (select e.data->'allocations' from order_event e
    where e.order_number = o.number and e.type in ('order_confirmed', 'stock_reserved')
      and not exists (select 1 from order_event p where p.order_number = o.number and p.type = 'fulfilments_created' and p.seq > e.seq)
    order by e.seq desc limit 1)`;

/** Where the order row `o` goes, as routing compares it. */
export const destinationOfRow = sql`
  jsonb_build_object('country', o.shipping_address->>'country', 'region', o.shipping_address->>'region',
                     'postalCode', o.shipping_address->>'postal_code')`;

export type Address = {
  readonly name: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region: string;
  readonly postal_code: string;
  readonly country: string;
};

/** Whom a parcel of the order row `o` is for. */
export const recipientOfRow = sql`
  jsonb_build_object('address', o.shipping_address, 'email', o.customer_email, 'phone', o.customer_phone)`;

export const ordersTable = sql.table('orders');
export const linesTable = sql.table('order_line');
export const eventsTable = sql.table('order_event');
