import {
  type DueSellerReminder,
  leaseSellerReminder,
  noteSellerReminderFailed,
  noteSellerReminderSent,
  writeSellerReminders,
} from '../db/seller-reminders.ts';
import { Refused } from '../domain/failures.ts';
import { renderSellerReminder } from '../emails/seller-reminder.ts';
import type { ExceptionSweepOptions } from './exception-sweep.ts';
import { messageIdOf, retryAfter } from './mail-pump.ts';
import { type Pump, startPump } from './pump.ts';

/** Reminds the people of a seller of an order they have not accepted, before the store is told. */

const BATCH = 100;
const LEASE_S = 120;
const FIRST_RETRY_S = 60;

type Options = Omit<ExceptionSweepOptions, 'quietSeconds' | 'staffEmail' | 'staffLocale'>;

async function remind(options: Options, reminder: DueSellerReminder): Promise<void> {
  const { db, mail, from, publicUrl, log } = options;
  const { orderNumber: order, personId: person, attempts, address: to } = reminder;
  const about = { order, person, attempts };
  try {
    const messageId = messageIdOf(`seller reminder ${order} ${person}`, from, publicUrl);
    if (reminder.isWanted) await mail.send({ messageId, to, ...renderSellerReminder(reminder) });
  } catch (error) {
    const retry = error instanceof Refused ? null : retryAfter(attempts, options.firstRetrySeconds ?? FIRST_RETRY_S);
    if (retry === null) log.error(about, 'a reminder to a seller is given up; its last_error says why');
    else log.warn({ ...about, retryInSeconds: retry }, 'a reminder to a seller could not be sent yet');
    await noteSellerReminderFailed(db, reminder, String(error).slice(0, 500), retry);
    return;
  }
  await noteSellerReminderSent(db, reminder);
}

export function startSellerReminderSweep(options: Options): Pump {
  return startPump({
    name: 'seller reminder sweep',
    log: options.log,
    pauseMs: options.pauseMs ?? 30_000,
    batch: async () => {
      await writeSellerReminders(options.db, BATCH);
      const reminder = await leaseSellerReminder(options.db, LEASE_S);
      if (reminder === null) return 0;
      await remind(options, reminder);
      return 1;
    },
  });
}
