import { hashPassword } from 'better-auth/crypto';
import { appendAudit } from '../../db/audit.ts';
import type { Db, Trx } from '../../db/database.ts';
import { type InvitationRow, noteAccepted, takeInvitation, takeInvitationOf } from '../../db/invitations.ts';
import { insertPassword, insertPerson, type Person } from '../../db/people.ts';
import { hashOf } from '../bearer.ts';
import { newPersonId } from './person-id.ts';

/** The only way to become a person: with an invitation, which is used up by it. */

class AlreadyThere extends Error {}

async function personFrom(
  trx: Trx,
  invitation: InvitationRow,
  name: string,
  requestId: string | null,
  via: 'link' | 'oidc',
): Promise<Person> {
  const { id, email, role, scopes, seller, locale } = invitation;
  const person = await insertPerson(trx, { id: newPersonId(), name, email, role, scopes, seller, locale });
  if (person === null) throw new AlreadyThere();
  await noteAccepted(trx, id, person.id);
  await appendAudit(trx, {
    actorRole: role,
    actorId: person.id,
    requestId,
    what: 'invitation.accept',
    object: id,
    outcome: 'taken',
    code: null,
    before: null,
    after: { person: person.id, role, scopes, seller },
    detail: { via },
  });
  return person;
}

/** In one transaction: an invitation is not used up when there is somebody with its address by now. */
const inTransaction = (db: Db, work: (trx: Trx) => Promise<Person | null>): Promise<Person | null> =>
  db
    .transaction()
    .execute(work)
    .catch((error: unknown) => {
      if (error instanceof AlreadyThere) return null;
      throw error;
    });

/** Null when the token is unknown, used, revoked or too old, or somebody with this address is there already. */
export async function acceptByToken(
  db: Db,
  asked: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
    readonly requestId: string | null;
  },
): Promise<Person | null> {
  const hash = await hashPassword(asked.password);
  return inTransaction(db, async (trx) => {
    const invitation = await takeInvitation(trx, hashOf(asked.token));
    if (invitation === null) return null;
    const person = await personFrom(trx, invitation, asked.name, asked.requestId, 'link');
    await insertPassword(trx, person.id, hash);
    return person;
  });
}

/** For who has proven the address at a provider; null when nobody with it is invited. */
export const acceptByEmail = (db: Db, email: string, name: string): Promise<Person | null> =>
  inTransaction(db, async (trx) => {
    const invitation = await takeInvitationOf(trx, email);
    return invitation === null ? null : personFrom(trx, invitation, name, null, 'oidc');
  });
