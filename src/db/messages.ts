import { sql } from 'kysely';
import { type Db, timestamp } from './database.ts';

/** Owns message: what buyer, seller and store write to each other. */

export type Message = {
  readonly id: string;
  readonly authorRole: string;
  readonly authorId: string;
  readonly recipient: 'buyer' | 'store' | 'seller';
  readonly body: string;
  readonly sentAt: number;
};

/** Puts a message aside until its fact sends it. */
export async function stageMessage(
  db: Db,
  message: Omit<Message, 'sentAt'> & { readonly orderNumber: string },
): Promise<void> {
  await sql`
    insert into message (id, order_number, author_role, author_id, recipient, body)
    values (${message.id}, ${message.orderNumber}, ${message.authorRole}, ${message.authorId}, ${message.recipient}, ${message.body})
    on conflict (id) do nothing`.execute(db);
}

/** Runs in the transaction of the transition. */
export async function sendMessage(db: Db, orderNumber: string, id: string, at: number): Promise<void> {
  await sql`
    update message set sent_at = ${timestamp(at)} where id = ${id} and order_number = ${orderNumber}`.execute(db);
}

/** The messages of the order row `o` that were sent, the oldest first. */
export const messagesOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', g.id, 'authorRole', g.author_role, 'authorId', g.author_id, 'recipient', g.recipient, 'body', g.body,
     'sentAt', (extract(epoch from g.sent_at) * 1000)::bigint) order by g.sent_at, g.id), '[]')
     from message g where g.order_number = o.number and g.sent_at is not null)`;
