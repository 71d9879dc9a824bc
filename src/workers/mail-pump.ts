import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { MailGateway } from '../activities/ports.ts';
import { findStore, type Store } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { type DueEmail, leaseEmails, noteEmailFailed, noteEmailSent } from '../db/emails.ts';
import { composeEmail } from '../emails/compose.ts';
import { attemptMail, codeOf, messageIdOf } from './mail-attempt.ts';
import { type Pump, startPump } from './pump.ts';

/**
 * Sends the mails that transitions have written down, each once. A mail is leased, composed from the record, handed to the mail
 * server and then marked as sent. It can go out twice only if its answer 250 is not recorded before the lease ends: the process
 * died in between, or the database was away all that time. Any number of pumps may run.
 */

const BATCH = 20;
const AT_ONCE = 4;
/** A send begins in the first half of the lease, so that the second half is its own. */
const LEASE_S = 120;
const MARKING_AFTER_STOP_MS = 10_000;

export type MailOutcome = 'sent' | 'retry' | 'given_up';

export type MailPumpOptions = {
  readonly db: Db;
  readonly mail: MailGateway;
  /** `MAIL_FROM`: its host names our messages; that of `publicUrl` does when it has none. */
  readonly from: string;
  readonly publicUrl: URL;
  /** `LINK_SECRETS`: the first signs the links by which buyers follow their orders. */
  readonly linkSecrets: readonly string[];
  readonly log: Logger;
  readonly metrics?: { count(kind: string, outcome: MailOutcome): void };
  /** Pause when no mail is due; default 500. */
  readonly pauseMs?: number;
  /** How long other pumps leave a leased mail alone. Longer: fewer doubles in an outage; a dead pump's mails wait longer. */
  readonly leaseSeconds?: number;
  readonly firstRetrySeconds?: number;
};

export type MailPump = Pump & {
  /** Resolves after a look for due mails, begun after this call, has found none; mails that wait for a retry are not due. */
  idle(): Promise<void>;
};

export function startMailPump(options: MailPumpOptions): MailPump {
  const { db, mail, from, publicUrl, metrics } = options;
  const log = options.log.child({ pump: 'mail' });
  const leaseSeconds = options.leaseSeconds ?? LEASE_S;
  let waiting: Waiter[] = [];
  let stoppedAt: number | null = null;

  /** Tried until it is written down or `until` has passed; false: it could not be. */
  async function written(write: () => Promise<void>, until: () => number): Promise<boolean> {
    for (let pause = 100; ; pause = Math.min(2 * pause, 2_000)) {
      try {
        await write();
        return true;
      } catch (error) {
        if (performance.now() + pause > until()) {
          log.warn({ error: codeOf(error) }, 'what came of a mail could not be written down');
          return false;
        }
        await sleep(pause);
      }
    }
  }

  /** A mail whose failure is not written down waits for the end of its lease, much longer than for its next try. */
  async function noteFailed(email: DueEmail, reason: string, retry: number | null, leaseEnds: number): Promise<void> {
    metrics?.count(email.kind, retry === null ? 'given_up' : 'retry');
    await written(
      () => noteEmailFailed(db, email.key, reason, retry),
      () => (stoppedAt === null ? leaseEnds : stoppedAt),
    );
  }

  /** The mail has gone out: it goes out again when that is not written down before the lease ends. */
  async function noteSent({ key, kind }: DueEmail, leaseEnds: number): Promise<void> {
    const marked = await written(
      () => noteEmailSent(db, key),
      () => (stoppedAt === null ? leaseEnds : Math.min(leaseEnds, stoppedAt + MARKING_AFTER_STOP_MS)),
    );
    if (marked) metrics?.count(kind, 'sent');
    else log.error({ key, kind }, 'a sent mail could not be marked and may be sent again');
  }

  const deliver = (email: DueEmail, leaseEnds: number, storeOf: (code: string) => Promise<Store>): Promise<void> =>
    attemptMail({
      what: 'a mail',
      about: { key: email.key, kind: email.kind },
      attempts: email.attempts,
      firstRetrySeconds: options.firstRetrySeconds,
      log,
      send: async () => {
        const composed = await composeEmail(db, email, storeOf, options);
        await mail.send({ messageId: messageIdOf(email.key, from, publicUrl), ...composed });
      },
      noteSent: () => noteSent(email, leaseEnds),
      noteFailed: (reason, retry) => noteFailed(email, reason, retry, leaseEnds),
    });

  async function batch(): Promise<number> {
    const asked = waiting;
    waiting = [];
    const leasedAt = performance.now();
    const emails = await leaseEmails(db, BATCH, leaseSeconds).catch((error: unknown) => {
      waiting.push(...asked);
      throw error;
    });
    if (emails.length === 0) for (const one of asked) one.resolve();
    else waiting.push(...asked);
    const storeOf = storesOf(db);
    const beginBy = leasedAt + leaseSeconds * 500;
    const queue = [...emails];
    const lane = async (): Promise<void> => {
      for (let email = queue.shift(); email !== undefined; email = queue.shift()) {
        // Too late to send it under this lease: whoever leases it next will.
        if (performance.now() < beginBy) await deliver(email, leasedAt + leaseSeconds * 1000, storeOf);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return emails.length;
  }

  const pump = startPump({ name: 'mail', log, pauseMs: options.pauseMs ?? 500, batch });
  return {
    idle: () => {
      if (stoppedAt !== null) return Promise.reject(new Error('the mail pump has been stopped'));
      const asked = waiter();
      waiting.push(asked);
      return asked.promise;
    },
    stop: async () => {
      stoppedAt ??= performance.now();
      await pump.stop();
      for (const one of waiting.splice(0)) one.reject(new Error('the mail pump was stopped before it was idle'));
    },
  };
}

/** Looks each store up once for a batch. */
function storesOf(db: Db): (code: string) => Promise<Store> {
  const known = new Map<string, Promise<Store>>();
  const find = async (code: string): Promise<Store> => {
    const store = await findStore(db, code);
    if (store === null) throw new Error(`there is no store ${code}`);
    return store;
  };
  return (code) => {
    const store = known.get(code) ?? find(code);
    known.set(code, store);
    return store;
  };
}

type Waiter = {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
};

function waiter(): Waiter {
  let settle: Pick<Waiter, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: () => settle?.resolve(), reject: (reason) => settle?.reject(reason) };
}
