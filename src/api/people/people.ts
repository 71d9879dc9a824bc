import { Router } from 'express';
import { ListPage, type MeView, PatchPerson, type PersonView } from '../../contracts/people.ts';
import { storeNameOf } from '../../db/catalogue.ts';
import type { Db, Trx } from '../../db/database.ts';
import { changePerson, findPerson, listPeople, lockOwners, type Person, type PersonChange } from '../../db/people.ts';
import { isWithinReach, type PersonRole, scopesOfPerson } from '../../domain/permissions.ts';
import { type Principal, principalOf, requires } from '../access.ts';
import { readPage } from '../cursor.ts';
import { HttpProblem } from '../problem.ts';
import type { Sessions } from './sessions.ts';

/** Who there is, and what they may do. */

export const personView = (one: Person): PersonView => ({
  id: one.id,
  name: one.name,
  email: one.email,
  role: one.role,
  scopes: [...scopesOfPerson(one.role, one.scopes)],
  seller: one.seller,
  disabled: one.disabled,
  two_factor_enabled: one.twoFactorEnabled,
  created_at: one.createdAt.toISOString(),
});

const meView = (one: Principal, store: string | null): MeView => ({
  id: one.keyId,
  kind: one.kind,
  name: one.name,
  email: one.email,
  role: one.role,
  scopes: [...one.scopes],
  seller: one.seller,
  order: one.order,
  store,
  two_factor_enabled: one.twoFactorEnabled,
});

export function meRouter(db: Db): Router {
  const router = Router();
  router.get('/', requires('me.read'), async (_request, response) => {
    const one = principalOf(response.locals);
    response.json(meView(one, one.order === null ? null : await storeNameOf(db, one.order)));
  });
  return router;
}

type Granted = { readonly role: PersonRole; readonly scopes: readonly string[]; readonly seller: string | null };

/** Scopes are for staff, a seller for sellers; the wrong fields are named. */
export function checkGrant({ role, scopes, seller }: Granted): void {
  const errors = [
    ...(role === 'seller' && seller === null ? [{ field: 'seller', message: 'is needed for the role seller' }] : []),
    ...(role !== 'seller' && seller !== null ? [{ field: 'seller', message: 'is only for the role seller' }] : []),
    ...(role === 'staff' && scopes.length === 0 ? [{ field: 'scopes', message: 'are needed for the role staff' }] : []),
    ...(role !== 'staff' && scopes.length > 0 ? [{ field: 'scopes', message: 'are only for the role staff' }] : []),
  ];
  if (errors.length > 0) throw new HttpProblem('invalid_fields', { errors });
}

export function demandWithinReach(giver: Principal, role: PersonRole, scopes: readonly string[]): void {
  if (!isWithinReach(giver, { role, scopes: scopesOfPerson(role, scopes) })) throw new HttpProblem('beyond_your_own');
}

const known = async (db: Db, id: string): Promise<Person> => {
  const person = await findPerson(db, id);
  if (person === null) throw new HttpProblem('not_found', { detail: 'There is no such person.' });
  return person;
};

/** A new role brings nothing of the old one along. */
function changeOf(before: Person, asked: PatchPerson): PersonChange {
  const role = asked.role ?? before.role;
  const isSame = role === before.role;
  return {
    role,
    scopes: asked.scopes ?? (isSame ? before.scopes : []),
    seller: asked.seller === undefined ? (isSame ? before.seller : null) : asked.seller,
    disabled: asked.disabled ?? before.disabled,
  };
}

async function change(trx: Trx, id: string, asked: PatchPerson, giver: Principal): Promise<[Person, Person]> {
  const owners = await lockOwners(trx);
  const before = await known(trx, id);
  const wanted = changeOf(before, asked);
  checkGrant(wanted);
  demandWithinReach(giver, before.role, before.scopes);
  demandWithinReach(giver, wanted.role, wanted.scopes);
  const leaves = owners.includes(id) && (wanted.role !== 'owner' || wanted.disabled);
  if (leaves && owners.length === 1) throw new HttpProblem('last_owner');
  const after = await changePerson(trx, id, wanted);
  if (after === null) throw new HttpProblem('not_found', { detail: 'There is no such person.' });
  return [before, after];
}

export function peopleRouter({ db, sessions }: { db: Db; sessions: Sessions }): Router {
  const router = Router();
  router.get('/', requires('people.read'), async (request, response) => {
    const page = await readPage({
      list: 'people',
      ...ListPage.parse(request.query),
      read: (after, limit) => listPeople(db, after?.[0] ?? null, limit),
      keyOf: (row) => [row.email, ''],
      view: personView,
    });
    response.json(page);
  });
  router.patch('/:id', requires('people.write'), async (request, response) => {
    const asked = PatchPerson.parse(request.body ?? {});
    const giver = principalOf(response.locals);
    const id = String(request.params['id']);
    const [before, after] = await db.transaction().execute((trx) => change(trx, id, asked, giver));
    sessions.forget();
    response.locals.audited = { before: personView(before) };
    response.json(personView(after));
  });
  return router;
}
