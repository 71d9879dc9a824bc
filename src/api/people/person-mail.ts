import { randomUUID } from 'node:crypto';
import type { Db } from '../../db/database.ts';
import { insertPersonEmail, type NewPersonEmail } from '../../db/person-emails.ts';
import { seal } from '../../sealed.ts';

/** Writes a mail down; a worker sends it. */
export async function mailPerson(
  db: Db,
  secrets: readonly string[],
  { link, ...mail }: Omit<NewPersonEmail, 'id'>,
): Promise<void> {
  await insertPersonEmail(db, { ...mail, id: randomUUID(), link: await seal(secrets, link) });
}
