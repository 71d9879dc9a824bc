import { Router } from 'express';
import { type KeyView, MakeKey } from '../../contracts/people.ts';
import { type ApiKeyRow, findApiKeyById, insertApiKey, listApiKeys, revokeApiKey } from '../../db/api-keys.ts';
import type { Db } from '../../db/database.ts';
import { isWithinReach, wrongOfKey } from '../../domain/permissions.ts';
import { principalOf, requires } from '../access.ts';
import { makeKey } from '../bearer.ts';
import { HttpProblem } from '../problem.ts';

/** API keys for programs: made and revoked by people who may, and never beyond what they may themselves. */

const DAY_MS = 86_400_000;

const keyView = (row: ApiKeyRow): KeyView => ({
  id: row.id,
  name: row.name,
  role: row.role,
  scopes: [...row.scopes],
  seller: row.seller,
  status:
    row.revokedAt !== null
      ? 'revoked'
      : row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()
        ? 'expired'
        : 'valid',
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt?.toISOString() ?? null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});

const known = async (db: Db, id: string): Promise<ApiKeyRow> => {
  const row = await findApiKeyById(db, id);
  if (row === null) throw new HttpProblem('not_found', { detail: 'There is no such key.' });
  return row;
};

export function keysRouter({ db }: { db: Db }): Router {
  const router = Router();
  router.get('/', requires('keys.read'), async (_request, response) => {
    response.json({ data: (await listApiKeys(db)).map(keyView) });
  });
  router.post('/', requires('keys.write'), async (request, response) => {
    const { name, role, scopes, seller, expires_in_days: days } = MakeKey.parse(request.body ?? {});
    const errors = wrongOfKey(role, scopes, seller);
    if (errors.length > 0) throw new HttpProblem('invalid_fields', { errors });
    if (!isWithinReach(principalOf(response.locals), { role, scopes })) throw new HttpProblem('beyond_your_own');
    const { key, id, hash } = makeKey();
    const expiresAt = days === null ? null : new Date(Date.now() + days * DAY_MS);
    await insertApiKey(db, { id, name, role, scopes, seller, hash, expiresAt });
    response.status(201).json({ ...keyView(await known(db, id)), key });
  });
  router.post('/:id/revoke', requires('keys.write'), async (request, response) => {
    const id = String(request.params['id']);
    const before = await known(db, id);
    if (!isWithinReach(principalOf(response.locals), before)) throw new HttpProblem('beyond_your_own');
    await revokeApiKey(db, id);
    response.locals.audited = { before: { status: keyView(before).status } };
    response.json(keyView(await known(db, id)));
  });
  return router;
}
