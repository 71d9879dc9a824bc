import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { AcceptInvitation, type InvitationView, Invite, ListPage } from '../../contracts/people.ts';
import type { Db } from '../../db/database.ts';
import {
  findInvitation,
  type InvitationRow,
  insertInvitation,
  listInvitations,
  revokeInvitation,
} from '../../db/invitations.ts';
import { findPersonByEmail } from '../../db/people.ts';
import { principalOf, requires } from '../access.ts';
import { hashOf } from '../bearer.ts';
import { readPage } from '../cursor.ts';
import { jsonBody } from '../json-body.ts';
import { HttpProblem } from '../problem.ts';
import { auditPerson } from './auth-audit.ts';
import { acceptByToken } from './invitation-acceptance.ts';
import { refuseWeakPassword } from './password-strength.ts';
import { checkGrant, demandWithinReach, personView } from './people.ts';
import { mailPerson } from './person-mail.ts';

/** Invitations: the only way to become a person. The link goes to the address that is invited, once, and works for a week. */

const VALID_MS = 7 * 86_400_000;

function statusOf({ acceptedAt, revokedAt, expiresAt }: InvitationRow): InvitationView['status'] {
  if (acceptedAt !== null) return 'accepted';
  if (revokedAt !== null) return 'revoked';
  return expiresAt.getTime() <= Date.now() ? 'expired' : 'open';
}

const invitationView = (row: InvitationRow): InvitationView => ({
  id: row.id,
  email: row.email,
  role: row.role,
  scopes: [...row.scopes],
  seller: row.seller,
  status: statusOf(row),
  invited_by: { role: row.invitedRole, id: row.invitedBy },
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
});

export type Inviting = {
  readonly asked: Invite;
  readonly by: { readonly role: string; readonly id: string };
  readonly config: Pick<Config, 'PUBLIC_URL' | 'AUTH_SECRETS'>;
};

/** Writes an invitation and its mail, and gives the link; the link is kept nowhere. */
export async function invite(db: Db, { asked, by, config }: Inviting): Promise<{ row: InvitationRow; link: string }> {
  const { email, role, scopes, seller, locale } = asked;
  if ((await findPersonByEmail(db, email)) !== null) throw new HttpProblem('person_exists');
  const token = randomBytes(32).toString('base64url');
  const link = new URL(`/invitation/${token}`, config.PUBLIC_URL).href;
  const row = await db.transaction().execute(async (trx) => {
    const expiresAt = new Date(Date.now() + VALID_MS);
    const id = `inv_${randomBytes(12).toString('hex')}`;
    const one = { id, email, role, scopes, seller, locale, invitedRole: by.role, invitedBy: by.id, expiresAt };
    const written = await insertInvitation(trx, one, hashOf(token));
    await mailPerson(trx, config.AUTH_SECRETS, { kind: 'invitation', address: email, locale, link });
    return written;
  });
  return { row, link };
}

export function invitationsRouter({ db, config }: { db: Db; config: Config }): Router {
  const router = Router();
  router.get('/', requires('people.read'), async (request, response) => {
    const page = await readPage({
      list: 'invitations',
      ...ListPage.parse(request.query),
      read: (after, limit) => listInvitations(db, after, limit),
      keyOf: (row) => [row.createdAt.toISOString(), row.id],
      view: invitationView,
    });
    response.json(page);
  });
  router.post('/', requires('people.write'), async (request, response) => {
    const asked = Invite.parse(request.body ?? {});
    const giver = principalOf(response.locals);
    checkGrant(asked);
    demandWithinReach(giver, asked.role, asked.scopes);
    const { row } = await invite(db, { asked, by: { role: giver.role, id: giver.keyId }, config });
    response.status(201).json(invitationView(row));
  });
  router.delete('/:id', requires('people.write'), async (request, response) => {
    const id = String(request.params['id']);
    const row = await findInvitation(db, id);
    if (row === null) throw new HttpProblem('not_found', { detail: 'There is no such invitation.' });
    demandWithinReach(principalOf(response.locals), row.role, row.scopes);
    if (!(await revokeInvitation(db, id))) throw new HttpProblem('invitation_closed');
    const after = (await findInvitation(db, id)) ?? row;
    response.locals.audited = { before: { status: statusOf(row) } };
    response.json(invitationView(after));
  });
  return router;
}

/** `/auth-links`: what the links in mails to people lead to. */
export function authLinksRouter(parts: { readonly db: Db; readonly log: Logger }): Router {
  const { db } = parts;
  const router = Router();
  router.use(jsonBody('16kb'));
  router.post('/invitations/accept', async (request, response) => {
    const { token, name, password } = AcceptInvitation.parse(request.body ?? {});
    refuseWeakPassword(password, 'password', [name]);
    const requestId = response.locals.requestId ?? null;
    const person = await acceptByToken(db, { token, name, password, requestId });
    if (person === null) {
      await auditPerson(parts, requestId, null, { what: 'invitation.accept' }, 'link_invalid');
      throw new HttpProblem('link_invalid');
    }
    response.status(201).json(personView(person));
  });
  return router;
}
