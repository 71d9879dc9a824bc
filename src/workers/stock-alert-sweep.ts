import { oldestStoreOf } from '../db/catalogue.ts';
import { type DueAlert, leaseAlerts, noteAlertsFailed, noteAlertsTold } from '../db/stock-alerts.ts';
import { Refused } from '../domain/failures.ts';
import { renderLowStock } from '../emails/low-stock.ts';
import type { ExceptionSweepOptions } from './exception-sweep.ts';
import { messageIdOf, retryAfter } from './mail-pump.ts';
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

async function tell(options: Options, alerts: readonly DueAlert[]): Promise<void> {
  const { db, log } = options;
  const about = { levels: alerts.length };
  try {
    await send(options, alerts);
  } catch (error) {
    const attempts = Math.max(...alerts.map((alert) => alert.attempts));
    const retry = error instanceof Refused ? null : retryAfter(attempts, options.firstRetrySeconds ?? FIRST_RETRY_S);
    if (retry === null) log.error(about, 'a mail about low stock is given up; its mail_error says why');
    else log.warn({ ...about, retryInSeconds: retry }, 'a mail about low stock could not be sent yet');
    await noteAlertsFailed(db, alerts, String(error).slice(0, 500), retry);
    return;
  }
  await noteAlertsTold(db, alerts);
  log.info(about, 'staff were told of low stock');
}

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
