import type { Logger } from 'pino';
import type { MailGateway } from '../activities/ports.ts';
import { escalationFrom } from '../contracts/policy.ts';
import { findStore, listStores } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import {
  type DueDigest,
  leaseDigest,
  noteDigestFailed,
  noteDigestSent,
  openOfDigest,
  writeDigests,
} from '../db/exception-digests.ts';
import { renderDigest } from '../emails/exception-digest.ts';
import { attemptMail, messageIdOf } from './mail-attempt.ts';
import { type Pump, startPump } from './pump.ts';

/**
 * Tells people of exceptions that wait, by the steps of each store's policy as it is now: by mail, all of a store in one. What is to
 * be told is written down before it is sent, so a worker that dies loses nothing; it can go out twice only as any mail can (mail pump).
 */

const LEASE_S = 120;
const QUIET_S = 15 * 60;
const FIRST_RETRY_S = 60;

export type ExceptionSweepOptions = {
  readonly db: Db;
  readonly mail: MailGateway;
  /** `MAIL_FROM`. */
  readonly from: string;
  readonly publicUrl: URL;
  /** `STAFF_EMAIL`; without it each store's support address is written to. */
  readonly staffEmail: string | undefined;
  /** `STAFF_LOCALE`; default English. */
  readonly staffLocale?: string;
  readonly log: Logger;
  readonly pauseMs?: number;
  /** A store gets no further digest for so long. */
  readonly quietSeconds?: number;
  readonly firstRetrySeconds?: number;
};

async function send(
  { db, mail, from, publicUrl, staffEmail, staffLocale = 'en' }: ExceptionSweepOptions,
  digest: DueDigest,
): Promise<void> {
  const store = await findStore(db, digest.store);
  if (store === null) throw new Error(`there is no store ${digest.store}`);
  const entries = await openOfDigest(db, digest);
  if (entries.length === 0) return;
  await mail.send({
    messageId: messageIdOf(`exception digest ${digest.id}`, from, publicUrl),
    to: digest.address ?? staffEmail ?? store.supportEmail,
    ...renderDigest(store.name, entries, digest.locale ?? staffLocale),
  });
}

function deliver(options: ExceptionSweepOptions, digest: DueDigest): Promise<void> {
  const { id, store, attempts, reminders, escalations } = digest;
  return attemptMail({
    what: 'a mail about exceptions',
    about: { digest: id, store, reminders: reminders.length, escalations: escalations.length },
    attempts,
    firstRetrySeconds: options.firstRetrySeconds ?? FIRST_RETRY_S,
    log: options.log,
    send: () => send(options, digest),
    noteSent: () => noteDigestSent(options.db, id),
    noteFailed: (error, retry) => noteDigestFailed(options.db, id, error, retry),
  });
}

export function startExceptionSweep(options: ExceptionSweepOptions): Pump {
  const { db, log } = options;
  return startPump({
    name: 'exception sweep',
    log,
    pauseMs: options.pauseMs ?? 30_000,
    batch: async () => {
      const stores = await listStores(db);
      const escalations = new Map(stores.map(({ code, policy }) => [code, escalationFrom(policy)]));
      await writeDigests(db, options.quietSeconds ?? QUIET_S, escalations);
      const digest = await leaseDigest(db, LEASE_S);
      if (digest === null) return 0;
      await deliver(options, digest);
      return 1;
    },
  });
}
