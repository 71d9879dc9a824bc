import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { makeKey } from '../src/api/bearer.ts';
import { insertApiKey, listApiKeys, revokeApiKey } from '../src/db/api-keys.ts';
import { appendAudit } from '../src/db/audit.ts';
import type { Db } from '../src/db/database.ts';
import { ROLES, type Role } from '../src/domain/order.ts';
import { SCOPES, SELLER_SCOPES, wrongOfKey } from '../src/domain/permissions.ts';
import { onDatabase, Usage } from './on-database.ts';

/** API keys from the command line: make, list, revoke. A key is shown once, when it is made. */

const HELP = `npm run keys -- create --name NAME --role ROLE --scopes a,b [--seller SELLER] [--expires-days N]
npm run keys -- list
npm run keys -- revoke KEY_ID

Roles:  ${ROLES.join(', ')}
Scopes: * (everything), ${SCOPES.join(', ')}
A key of the role seller names the seller whose lines it sees, and has none but ${SELLER_SCOPES.join(', ')}.`;

const DAY_MS = 86_400_000;

function expiryFrom(days: string | undefined): Date | null {
  if (days === undefined) return null;
  const count = Number(days);
  if (!Number.isFinite(count) || count <= 0) throw new Usage(`--expires-days must be a number of days, not ${days}`);
  return new Date(Date.now() + count * DAY_MS);
}

/** An entry of the audit log, in the transaction of what it tells of. */
const record = (db: Db, what: 'key.create' | 'key.revoke', id: string, after: object): Promise<void> =>
  appendAudit(db, {
    actorRole: 'operator',
    actorId: 'command line',
    requestId: null,
    what,
    object: id,
    outcome: 'taken',
    code: null,
    before: null,
    after,
    detail: null,
  });

async function create(
  db: Db,
  options: {
    name?: string | undefined;
    role?: string | undefined;
    scopes?: string | undefined;
    'expires-days'?: string | undefined;
    seller?: string | undefined;
  },
): Promise<void> {
  const { name, seller = null } = options;
  if (name === undefined || name.trim() === '') throw new Usage('--name is needed: who or what uses the key');
  const role = ROLES.find((one) => one === options.role) as Role | undefined;
  if (role === undefined) throw new Usage(`--role must be one of ${ROLES.join(', ')}`);
  const scopes = (options.scopes ?? '')
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  const unknown = scopes.filter((scope) => scope !== '*' && !(SCOPES as readonly string[]).includes(scope));
  if (scopes.length === 0 || unknown.length > 0)
    throw new Usage(unknown.length > 0 ? `there is no scope ${unknown.join(', ')}` : '--scopes is needed');
  const [wrong] = wrongOfKey(role, scopes, seller);
  if (wrong !== undefined) throw new Usage(`--${wrong.field}: ${wrong.message}`);
  const { key, id, hash } = makeKey();
  const expiresAt = expiryFrom(options['expires-days']);
  await db.transaction().execute(async (trx) => {
    await insertApiKey(trx, { id, name, role, scopes, seller, hash, expiresAt });
    await record(trx, 'key.create', id, { role, scopes, seller, expires_at: expiresAt });
  });
  console.log(`${id} for ${name}. The key is shown only now:\n\n  ${key}\n`);
}

async function list(db: Db): Promise<void> {
  const table = new Table({ head: ['id', 'name', 'role', 'scopes', 'created', 'last used', 'state'] });
  const day = (date: Date | null): string => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '-';
  for (const key of await listApiKeys(db)) {
    const expired = key.expiresAt !== null && key.expiresAt.getTime() < Date.now();
    const state =
      key.revokedAt !== null
        ? 'revoked'
        : expired
          ? 'expired'
          : key.expiresAt === null
            ? 'valid'
            : `until ${day(key.expiresAt)}`;
    table.push([key.id, key.name, key.role, key.scopes.join(' '), day(key.createdAt), day(key.lastUsedAt), state]);
  }
  console.log(table.toString());
}

async function run(db: Db): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      role: { type: 'string' },
      scopes: { type: 'string' },
      'expires-days': { type: 'string' },
      seller: { type: 'string' },
    },
  });
  const [command, id] = positionals;
  if (command === 'create') return create(db, values);
  if (command === 'list') return list(db);
  if (command === 'revoke' && id !== undefined) {
    await db.transaction().execute(async (trx) => {
      if (!(await revokeApiKey(trx, id))) throw new Usage(`there is no valid key ${id}`);
      await record(trx, 'key.revoke', id, { revoked: true });
    });
    console.log(`${id} is revoked; it is refused within five seconds.`);
    return;
  }
  throw new Usage(`what should be done? ${command ?? ''}`);
}

await onDatabase('keys', HELP, run);
