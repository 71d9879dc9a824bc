import {
  type DueSellerReminder,
  leaseSellerReminder,
  noteSellerReminderFailed,
  noteSellerReminderSent,
  writeSellerReminders,
} from '../db/seller-reminders.ts';
import { renderSellerReminder } from '../emails/seller-reminder.ts';
import type { ExceptionSweepOptions } from './exception-sweep.ts';
import { attemptMail, messageIdOf } from './mail-attempt.ts';
import { type Pump, startPump } from './pump.ts';

/** Reminds the people of a seller of an order they have not accepted, before the store is told. */

const BATCH = 100;
const LEASE_S = 120;
const FIRST_RETRY_S = 60;

type Options = Omit<ExceptionSweepOptions, 'quietSeconds' | 'staffEmail' | 'staffLocale'>;

function remind(options: Options, reminder: DueSellerReminder): Promise<void> {
  const { db, mail, from, publicUrl, log } = options;
  const { orderNumber: order, personId: person, attempts, address: to } = reminder;
  const messageId = messageIdOf(`seller reminder ${order} ${person}`, from, publicUrl);
  return attemptMail({
    what: 'a reminder to a seller',
    about: { order, person },
    attempts,
    firstRetrySeconds: options.firstRetrySeconds ?? FIRST_RETRY_S,
    log,
    send: async () => {
      if (reminder.isWanted) await mail.send({ messageId, to, ...renderSellerReminder(reminder) });
    },
    noteSent: () => noteSellerReminderSent(db, reminder),
    noteFailed: (error, retry) => noteSellerReminderFailed(db, reminder, error, retry),
  });
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
