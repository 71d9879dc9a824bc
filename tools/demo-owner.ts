import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { newPersonId } from '../src/api/people/person-id.ts';
import { appendAudit } from '../src/db/audit.ts';
import type { Db } from '../src/db/database.ts';
import { findPersonByEmail, insertPassword, insertPerson, isAnybodyThere, passwordHashOf } from '../src/db/people.ts';

/** The owner of the demo store, for `npm start` alone: made where there is nobody yet, with a password that was made at random. */

export const DEMO_OWNER = 'owner@demo-store.example';

/** The password while it still opens the door; null when it was changed, or somebody else owns the store. */
export async function demoOwner(db: Db, password: string): Promise<string | null> {
  if (!(await isAnybodyThere(db))) await make(db, password);
  const person = await findPersonByEmail(db, DEMO_OWNER);
  const hash = person === null || person.disabled ? null : await passwordHashOf(db, person.id);
  return hash !== null && (await verifyPassword({ hash, password })) ? password : null;
}

async function make(db: Db, password: string): Promise<void> {
  const hash = await hashPassword(password);
  await db.transaction().execute(async (trx) => {
    const grant = { role: 'owner', scopes: [], seller: null } as const;
    const person = await insertPerson(trx, {
      id: newPersonId(),
      name: 'Demo Owner',
      email: DEMO_OWNER,
      locale: 'en',
      ...grant,
    });
    if (person === null) return;
    await insertPassword(trx, person.id, hash);
    await appendAudit(trx, {
      actorRole: 'operator',
      actorId: 'npm start',
      requestId: null,
      what: 'person.create',
      object: person.id,
      outcome: 'taken',
      code: null,
      before: null,
      after: grant,
      detail: null,
    });
  });
}
