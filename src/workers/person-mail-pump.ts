import type { Logger } from 'pino';
import type { MailGateway } from '../activities/ports.ts';
import type { Db } from '../db/database.ts';
import {
  type DuePersonEmail,
  leasePersonEmail,
  notePersonEmailFailed,
  notePersonEmailSent,
  PERSON_EMAIL_KINDS,
} from '../db/person-emails.ts';
import { Refused } from '../domain/failures.ts';
import { renderPersonEmail } from '../emails/person-email.ts';
import { unseal } from '../sealed.ts';
import { messageIdOf, retryAfter } from './mail-pump.ts';
import { type Pump, startPump } from './pump.ts';

/** Sends invitations and links to reset a password; what is said of the mail pump about doubles holds here too. */

const LEASE_S = 120;

export type PersonMailOptions = {
  readonly db: Db;
  readonly mail: MailGateway;
  /** `MAIL_FROM`. */
  readonly from: string;
  readonly publicUrl: URL;
  /** `AUTH_SECRETS`, which seal the links. */
  readonly secrets: readonly string[];
  readonly store: string;
  readonly supportEmail: string;
  readonly log: Logger;
  readonly pauseMs?: number;
};

async function send(options: PersonMailOptions, due: DuePersonEmail): Promise<void> {
  const { mail, from, publicUrl, secrets, store, supportEmail } = options;
  const kind = PERSON_EMAIL_KINDS.find((known) => known === due.kind);
  if (kind === undefined) throw new Error(`this build has no mail of the kind ${due.kind}`);
  if (due.link === null) throw new Error('the link of this mail is not there any more');
  const link = await unseal(secrets, due.link);
  await mail.send({
    messageId: messageIdOf(`person email ${due.id}`, from, publicUrl),
    to: due.address,
    ...renderPersonEmail({ kind, locale: due.locale, store, supportEmail, link }),
  });
}

/** Mail servers repeat the address in their messages, so those stay in the database. */
async function deliver(options: PersonMailOptions, due: DuePersonEmail): Promise<void> {
  const { db, log } = options;
  const about = { id: due.id, kind: due.kind, attempts: due.attempts };
  try {
    await send(options, due);
  } catch (error) {
    const retry = error instanceof Refused ? null : retryAfter(due.attempts);
    if (retry === null) log.error(about, 'a mail is given up; its last_error says why');
    else log.warn({ ...about, retryInSeconds: retry }, 'a mail could not be sent yet; its last_error says why');
    await notePersonEmailFailed(db, due.id, String(error).slice(0, 500), retry);
    return;
  }
  await notePersonEmailSent(db, due.id);
  log.info(about, 'mail sent');
}

export function startPersonMailPump(options: PersonMailOptions): Pump {
  return startPump({
    name: 'person mail',
    log: options.log,
    pauseMs: options.pauseMs ?? 1_000,
    batch: async () => {
      const due = await leasePersonEmail(options.db, LEASE_S);
      if (due === null) return 0;
      await deliver(options, due);
      return 1;
    },
  });
}
