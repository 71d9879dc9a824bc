import { sql } from 'kysely';
import type { Recipient } from '../domain/escalation.ts';
import type { PersonRole } from '../domain/permissions.ts';
import type { Db, Trx } from './database.ts';

/**
 * Owns person, person_session, person_account and person_two_factor together with better-auth, which signs people in: it writes
 * sessions, passwords and second factors; who there is and what they may do is written here alone.
 */

export type Person = {
  readonly id: string;
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly role: PersonRole;
  /** Those that staff were given; see `scopesOfPerson`. */
  readonly scopes: readonly string[];
  readonly seller: string | null;
  readonly disabled: boolean;
  readonly twoFactorEnabled: boolean;
  readonly locale: string;
  readonly createdAt: Date;
};

const columns = sql`
  id, name, email, role, scopes, seller, disabled, two_factor_enabled as "twoFactorEnabled", locale, created_at as "createdAt"`;

export async function findPerson(db: Db, id: string): Promise<Person | null> {
  const { rows } = await sql<Person>`select ${columns} from person where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function findPersonByEmail(db: Db, email: string): Promise<Person | null> {
  const { rows } = await sql<Person>`select ${columns} from person where email = ${email.toLowerCase()}`.execute(db);
  return rows[0] ?? null;
}

export async function isAnybodyThere(db: Db): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`select exists (select from person) as there`.execute(db);
  return rows[0]?.there ?? false;
}

/** By e-mail address; `after` is the last one of the page before. */
export async function listPeople(db: Db, after: string | null, limit: number): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select ${columns} from person where ${after}::text is null or email > ${after} order by email limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** Every owner who can sign in, to be written to. */
export async function owners(db: Db): Promise<Recipient[]> {
  const { rows } = await sql<Recipient>`
    select email as address, locale from person where role = 'owner' and not disabled order by email`.execute(db);
  return rows;
}

export type NewPerson = Omit<Person, 'disabled' | 'twoFactorEnabled' | 'createdAt'>;

/** The address is taken as proven: who has an invitation got it there. Null when there is somebody with this address. */
export async function insertPerson(trx: Trx, one: NewPerson): Promise<Person | null> {
  const { rows } = await sql<Person>`
    insert into person (id, name, email, email_verified, role, scopes, seller, locale)
    values (${one.id}, ${one.name}, ${one.email.toLowerCase()}, true, ${one.role}, ${one.scopes as string[]}, ${one.seller}, ${one.locale})
    on conflict (email) do nothing returning ${columns}`.execute(trx);
  return rows[0] ?? null;
}

/** The account as better-auth looks for it: provider `credential`, named by the person's id. */
export async function insertPassword(trx: Trx, personId: string, hash: string): Promise<void> {
  await sql`
    insert into person_account (id, person_id, provider, account_id, password)
    values (${`credential ${personId}`}, ${personId}, 'credential', ${personId}, ${hash})`.execute(trx);
}

export async function passwordHashOf(db: Db, personId: string): Promise<string | null> {
  const { rows } = await sql<{ password: string | null }>`
    select password from person_account where person_id = ${personId} and provider = 'credential'`.execute(db);
  return rows[0]?.password ?? null;
}

export type PersonChange = Pick<Person, 'role' | 'scopes' | 'seller' | 'disabled'>;

/** Serialises everything that could take the last owner away. */
export async function lockOwners(trx: Trx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from person where role = 'owner' and not disabled order by id for update`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Changes what a person may do, and ends their sessions. */
export async function changePerson(trx: Trx, id: string, change: PersonChange): Promise<Person | null> {
  const { rows } = await sql<Person>`
    update person set role = ${change.role}, scopes = ${change.scopes as string[]}, seller = ${change.seller},
           disabled = ${change.disabled}, updated_at = now()
     where id = ${id} returning ${columns}`.execute(trx);
  await sql`delete from person_session where person_id = ${id}`.execute(trx);
  return rows[0] ?? null;
}

/** The person of a session that has not run out, by its token. */
export async function personOfSession(db: Db, token: string): Promise<string | null> {
  const { rows } = await sql<{ personId: string }>`
    select person_id as "personId" from person_session where token = ${token} and expires_at > now()`.execute(db);
  return rows[0]?.personId ?? null;
}
