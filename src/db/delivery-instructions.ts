import { sql } from 'kysely';
import type { LineQuantity } from '../domain/order.ts';
import { type Db, json, timestamp } from './database.ts';

/** Owns delivery_instruction: codes and notes that buyers get with what is delivered. No other table, log or history has them. */

export type Instructions = { readonly redemptionCode: string | null; readonly notes: string | null };
export type DeliveredInstructions = Instructions & {
  readonly id: string;
  readonly fulfilment: string;
  readonly lines: readonly LineQuantity[];
  readonly deliveredAt: Date;
};

/** Puts them aside until their fact delivers them. */
export async function stageInstructions(
  db: Db,
  id: string,
  orderNumber: string,
  { redemptionCode, notes }: Instructions,
): Promise<void> {
  await sql`
    insert into delivery_instruction (id, order_number, redemption_code, notes)
    values (${id}, ${orderNumber}, ${redemptionCode}, ${notes})
    on conflict (id) do nothing`.execute(db);
}

/** Runs in the transaction of the transition. */
export async function deliverInstructions(
  db: Db,
  orderNumber: string,
  id: string,
  delivery: { readonly fulfilment: string; readonly lines: readonly LineQuantity[]; readonly at: number },
): Promise<void> {
  await sql`
    update delivery_instruction
       set fulfilment = ${delivery.fulfilment}, lines = ${json(delivery.lines)}::jsonb, delivered_at = ${timestamp(delivery.at)}
     where id = ${id} and order_number = ${orderNumber}`.execute(db);
}

/** What the buyer of an order got, the first ones first. */
export async function instructionsOf(db: Db, orderNumber: string): Promise<DeliveredInstructions[]> {
  const { rows } = await sql<DeliveredInstructions>`
    select id, redemption_code as "redemptionCode", notes, fulfilment, lines, delivered_at as "deliveredAt"
      from delivery_instruction where order_number = ${orderNumber} and delivered_at is not null
     order by delivered_at, id`.execute(db);
  return rows;
}
