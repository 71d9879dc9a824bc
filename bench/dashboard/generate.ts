import type { Client } from 'pg';

/**
 * What the pages show besides the list, made from the generated orders: a payment and a parcel of each, the timelines of the newest, and the
 * exceptions that are open.
 */

/** The timelines that the overview reads, and as many again. */
const WITH_TIMELINE = 20_000;

const PARCELS = `
  insert into fulfilment (id, order_number, no, location, kind, status, lines, ship_by, shipped_at, delivered_at, updated_at)
  select number || '/f1', number, 1, 'WEST', 'physical',
         case when status in ('pending', 'confirmed', 'processing') then 'labelled' when status = 'shipped' then 'shipped'
              when status in ('cancelled', 'failed') then 'cancelled' else 'delivered' end,
         '[{"line": 1, "quantity": 1}]', placed_at + interval '2 days', null, null, placed_at
    from orders where status <> 'pending'`;

const PAYMENTS = `
  insert into payment (order_number, method, status, amount_minor, authorized_minor, captured_minor, refunded_minor, reference,
                       checked, expiring, updated_at)
  select number, payment_method, payment_status, total_minor, total_minor,
         case when payment_status in ('paid', 'partially_refunded', 'refunded') then total_minor else 0 end,
         case payment_status when 'refunded' then total_minor when 'partially_refunded' then total_minor / 2 else 0 end,
         payment_reference, true, false, placed_at
    from orders`;

/** A placed order stands on the bell, so each has that entry. */
const PLACED = `
  insert into order_event (order_number, seq, at, actor_role, actor_id, type, from_status, to_status, reason, data)
  select number, 1, placed_at, 'store', 'web', 'order_placed', 'pending', 'pending', null, '{}'
    from orders order by placed_at`;

const MOVES = `
  insert into order_event (order_number, seq, at, actor_role, actor_id, type, from_status, to_status, reason, data)
  select number, seq, placed_at + after, 'system', 'system', type, from_status, to_status, null, '{}'
    from (select number, placed_at, status from orders order by placed_at desc limit ${WITH_TIMELINE}) as newest
    join (values (2, interval '2 seconds', 'payment_read', 'pending', 'pending', 0),
                 (3, interval '1 minute', 'order_confirmed', 'pending', 'confirmed', 1),
                 (4, interval '1 hour', 'label_bought', 'confirmed', 'processing', 2),
                 (5, interval '1 day', 'parcel_shipped', 'processing', 'shipped', 3),
                 (6, interval '4 days', 'fulfilment_delivered', 'shipped', 'delivered', 4),
                 (7, interval '9 days', 'order_completed', 'delivered', 'completed', 5))
           as move (seq, after, type, from_status, to_status, step)
      on step <= coalesce(array_position('{confirmed,processing,shipped,delivered,completed}', status), 0)
   order by placed_at, seq`;

const EXCEPTIONS = `
  insert into exception (id, order_number, kind, severity, lane, status, summary, context, proposal, resolutions, opened_at, due_at)
  select number || '/x1', number, 'bad_address', 'high', 'fulfilment', 'open', 'The carrier does not know the street.', '{}',
         'Ask the buyer.', '["edit_address", "retry", "cancel_order"]', placed_at + interval '1 hour', placed_at + interval '1 day'
    from orders where exceptions_open > 0`;

export async function generateAround(client: Client, tell: (step: string) => void): Promise<void> {
  await client.query('set session_replication_role = replica');
  for (const [step, text] of Object.entries({
    payments: PAYMENTS,
    parcels: PARCELS,
    placed: PLACED,
    timelines: MOVES,
    exceptions: EXCEPTIONS,
  })) {
    tell(step);
    await client.query(text);
  }
  for (const table of ['payment', 'fulfilment', 'order_event', 'exception'])
    await client.query(`vacuum analyze ${table}`);
  await client.query('reset session_replication_role');
}
