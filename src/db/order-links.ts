import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Owns order_link: the epoch in which the buyer's links of an order are valid. */

/** The epoch of the links of the order row `o`. */
export const linkEpochOfRow = sql`coalesce((select l.epoch from order_link l where l.order_number = o.number), 0)`;

/** 0 for an order whose links were never revoked. */
export async function linkEpochOf(db: Db, orderNumber: string): Promise<number> {
  const { rows } = await sql<{ epoch: number }>`
    select epoch from order_link where order_number = ${orderNumber}`.execute(db);
  return rows[0]?.epoch ?? 0;
}

/** Begins a new epoch, so that no earlier link is valid any more, and answers it. */
export async function nextLinkEpoch(db: Db, orderNumber: string): Promise<number> {
  const { rows } = await sql<{ epoch: number }>`
    insert into order_link as l (order_number, epoch) values (${orderNumber}, 1)
    on conflict (order_number) do update set epoch = l.epoch + 1 returning epoch`.execute(db);
  return rows[0]?.epoch ?? 1;
}
