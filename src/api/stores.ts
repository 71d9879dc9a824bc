import { Router } from 'express';
import { PutPolicy } from '../contracts/stores.ts';
import { changePolicy, findStore, listStores, policyHistory, type StoreRow } from '../db/catalogue.ts';
import { principalOf, requires } from './access.ts';
import { policyForAudit } from './audit-subjects.ts';
import type { ApiContext } from './context.ts';
import { HttpProblem } from './problem.ts';

/** Stores and their policy: read, changed from one version to the next, with its history kept. */

const storeView = ({ code, name, supportEmail, policy, policyVersion }: StoreRow) => ({
  code,
  name,
  support_email: supportEmail,
  policy_version: policyVersion,
  policy,
});

async function known({ db }: ApiContext, code: string): Promise<StoreRow> {
  const store = await findStore(db, code);
  if (store === null) throw new HttpProblem('not_found', { detail: `There is no store ${JSON.stringify(code)}.` });
  return store;
}

export function storesRouter(context: ApiContext): Router {
  const { db } = context;
  const router = Router();
  router.get('/', requires('stores.read'), async (_request, response) => {
    response.json({ data: (await listStores(db)).map(storeView) });
  });
  router.get('/:code', requires('stores.read'), async (request, response) => {
    response.json(storeView(await known(context, String(request.params['code']))));
  });
  router.put('/:code/policy', requires('stores.write'), async (request, response) => {
    const { code, ...before } = await known(context, String(request.params['code']));
    const { version, note } = PutPolicy.parse(request.body ?? {});
    // Kept as it was written: what is left out follows the defaults, also those of tomorrow.
    const { policy } = request.body as { policy: unknown };
    response.locals.audited = {
      before: { policy_version: before.policyVersion, policy: policyForAudit(before.policy) },
    };
    const { actor } = principalOf(response.locals);
    const by = `${actor.role}:${actor.id}`;
    const changed = await changePolicy(db, code, policy, { version, by, note: note ?? null });
    if (changed === null) throw new HttpProblem('policy_changed');
    response.json(storeView(await known(context, code)));
  });
  router.get('/:code/policy/history', requires('stores.read'), async (request, response) => {
    const { code } = await known(context, String(request.params['code']));
    const versions = await policyHistory(db, code);
    response.json({
      data: versions.map(({ version, policy, changedAt, changedBy, changedByName, note }) => ({
        version,
        policy,
        changed_at: changedAt.toISOString(),
        changed_by: changedBy,
        changed_by_name: changedByName,
        note,
      })),
    });
  });
  return router;
}
