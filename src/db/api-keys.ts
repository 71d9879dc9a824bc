import { sql } from 'kysely';
import type { Role } from '../domain/order.ts';
import type { Db } from './database.ts';

/** Owns api_key. The key itself is never stored, only its SHA-256; it is shown once, when it is made. */

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly seller: string | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
};

export type ApiKeyRow = ApiKey & { readonly createdAt: Date; readonly lastUsedAt: Date | null };

const columns = sql`
  id, name, role, scopes, seller, created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt"`;

export async function insertApiKey(
  db: Db,
  key: {
    id: string;
    name: string;
    role: Role;
    scopes: readonly string[];
    seller: string | null;
    hash: string;
    expiresAt: Date | null;
  },
): Promise<void> {
  await sql`
    insert into api_key (id, name, role, scopes, seller, key_hash, expires_at)
    values (${key.id}, ${key.name}, ${key.role}, ${key.scopes as string[]}, ${key.seller}, ${key.hash}, ${key.expiresAt})`.execute(
    db,
  );
}

export async function findApiKey(db: Db, hash: string): Promise<ApiKey | null> {
  const { rows } = await sql<ApiKeyRow>`select ${columns} from api_key where key_hash = ${hash}`.execute(db);
  return rows[0] ?? null;
}

export async function findApiKeyById(db: Db, id: string): Promise<ApiKeyRow | null> {
  const { rows } = await sql<ApiKeyRow>`select ${columns} from api_key where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Notes the use of a key, at most once a minute. */
export async function touchApiKey(db: Db, id: string): Promise<void> {
  await sql`
    update api_key set last_used_at = now()
     where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`.execute(db);
}

export async function revokeApiKey(db: Db, id: string): Promise<boolean> {
  const result = await sql`update api_key set revoked_at = now() where id = ${id} and revoked_at is null`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}

export async function listApiKeys(db: Db): Promise<ApiKeyRow[]> {
  const { rows } = await sql<ApiKeyRow>`select ${columns} from api_key order by created_at`.execute(db);
  return rows;
}
