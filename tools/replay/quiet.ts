import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../system/access.ts';

const LOOK_EVERY_MS = 250;

/** What is still on its way between the parts of the system, by name. */
async function underWay({ database, sandbox }: Access): Promise<string[]> {
  const { rows } = await database.pool.query<{ events: number; mails: number; starts: number }>(
    `select (select count(*)::int from inbox where processed_at is null) as events,
            (select count(*)::int from email where sent_at is null and gave_up_at is null) as mails,
            (select count(*)::int from order_intake where recorded_at is null) as starts`,
  );
  const { stripe, shippo } = await sandbox.webhooks();
  const counts = { webhooks: stripe.pending + shippo.pending, ...rows[0] };
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
}

/** Waits until no webhook, event or mail is on its way; answers what still is when the time is over. */
export async function untilQuiet(access: Access, withinMs: number): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = await underWay(access);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(LOOK_EVERY_MS);
  }
}
