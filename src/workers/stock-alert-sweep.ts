import { oldestStoreOf } from '../db/catalogue.ts';
import { type DueAlert, leaseAlerts, noteAlertsFailed, noteAlertsTold } from '../db/stock-alerts.ts';
import { renderLowStock } from '../emails/low-stock.ts';
import type { ExceptionSweepOptions } from './exception-sweep.ts';
import { attemptMail, messageIdOf } from './mail-attempt.ts';
import { type Pump, startPump } from './pump.ts';

/** Tells staff once, each time a level falls to its reorder point; what fell at about the same time is one mail. */

const BATCH = 200;
const LEASE_S = 120;
const FIRST_RETRY_S = 60;

type Options = Omit<ExceptionSweepOptions, 'quietSeconds'>;

async function send(
  { db, mail, from, publicUrl, staffEmail, staffLocale = 'en' }: Options,
  alerts: readonly DueAlert[],
) {
  const to = staffEmail ?? (await oldestStoreOf(db))?.supportEmail;
  if (to === undefined) throw new Error('there is no store yet, and no STAFF_EMAIL');
  const key = alerts.map(({ sku, location, raisedAt }) => `${sku}@${location} ${raisedAt}`).join('\n');
  await mail.send({
    messageId: messageIdOf(`low stock ${key}`, from, publicUrl),
    to,
    ...renderLowStock(alerts, staffLocale),
  });
}

const tell = (options: Options, alerts: readonly DueAlert[]): Promise<void> =>
  attemptMail({
    what: 'a mail about low stock',
    about: { levels: alerts.length },
    attempts: Math.max(...alerts.map((alert) => alert.attempts)),
    firstRetrySeconds: options.firstRetrySeconds ?? FIRST_RETRY_S,
    log: options.log,
    send: () => send(options, alerts),
    noteSent: () => noteAlertsTold(options.db, alerts),
    noteFailed: (error, retry) => noteAlertsFailed(options.db, alerts, error, retry),
  });

export function startStockAlertSweep(options: Options): Pump {
  return startPump({
    name: 'stock alert sweep',
    log: options.log,
    pauseMs: options.pauseMs ?? 30_000,
    batch: async () => {
      const alerts = await leaseAlerts(options.db, BATCH, LEASE_S);
      if (alerts.length > 0) await tell(options, alerts);
      return alerts.length;
    },
  });
}
