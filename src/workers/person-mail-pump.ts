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
import { renderPersonEmail } from '../emails/person-email.ts';
import { unseal } from '../sealed.ts';
import { attemptMail, messageIdOf } from './mail-attempt.ts';
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

const deliver = (options: PersonMailOptions, due: DuePersonEmail): Promise<void> =>
  attemptMail({
    what: `a mail of the kind ${due.kind}`,
    about: { id: due.id },
    attempts: due.attempts,
    log: options.log,
    send: () => send(options, due),
    noteSent: () => notePersonEmailSent(options.db, due.id),
    noteFailed: (error, retry) => notePersonEmailFailed(options.db, due.id, error, retry),
  });

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
