import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import { ListViews, type SavedViewView, SaveView } from '../contracts/desk.ts';
import { wrong } from '../contracts/wrong.ts';
import {
  changeView,
  countViews,
  deleteView,
  findView,
  insertView,
  type SavedView,
  viewsFor,
} from '../db/saved-views.ts';
import { type Principal, principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { HttpProblem } from './problem.ts';

/** Filters of a list under a name. Everybody of the store sees shared ones; who saved one, or the owner, changes and removes it. */

const AT_MOST = 100;

const viewOf = (view: SavedView, { keyId }: Principal): SavedViewView => ({
  id: view.id,
  list: view.list as SavedViewView['list'],
  name: view.name,
  filters: { ...view.filters },
  shared: view.shared,
  mine: view.owner === keyId,
  owner: view.ownerName,
  created_at: view.createdAt.toISOString(),
});

export function savedViewsRouter({ db }: ApiContext): Router {
  const router = Router();
  /** A view of others that is not shared is not there. */
  const known = async (id: unknown, principal: Principal): Promise<SavedView> => {
    const view = await findView(db, String(id));
    if (view === null || (view.owner !== principal.keyId && !view.shared))
      throw new HttpProblem('not_found', { detail: 'There is no such view.' });
    return view;
  };
  const changeable = async (id: unknown, principal: Principal): Promise<SavedView> => {
    const view = await known(id, principal);
    if (view.owner !== principal.keyId && principal.role !== 'owner')
      throw new HttpProblem('role_not_allowed', { detail: 'A view is changed by whoever saved it, or by the owner.' });
    return view;
  };
  router.get('/', requires('views.use'), async (request, response) => {
    const principal = principalOf(response.locals);
    const { list } = ListViews.parse(request.query);
    const views = await viewsFor(db, principal.keyId, list);
    response.json({ data: views.map((view) => viewOf(view, principal)) });
  });
  router.post('/', requires('views.use'), async (request, response) => {
    const principal = principalOf(response.locals);
    const asked = SaveView.parse(request.body ?? {});
    if ((await countViews(db, principal.keyId)) >= AT_MOST)
      throw new HttpProblem('invalid_fields', {
        errors: [{ field: 'name', ...wrong('too_many_views', { most: AT_MOST }) }],
      });
    const id = `view_${randomBytes(9).toString('hex')}`;
    await insertView(db, { ...asked, id, owner: principal.keyId, ownerName: principal.name });
    response.status(201).json(viewOf(await known(id, principal), principal));
  });
  router.put('/:id', requires('views.use'), async (request, response) => {
    const principal = principalOf(response.locals);
    const { id } = await changeable(request.params['id'], principal);
    await changeView(db, { ...SaveView.parse(request.body ?? {}), id });
    response.json(viewOf(await known(id, principal), principal));
  });
  router.delete('/:id', requires('views.use'), async (request, response) => {
    const principal = principalOf(response.locals);
    const view = await changeable(request.params['id'], principal);
    await deleteView(db, view.id);
    response.json(viewOf(view, principal));
  });
  return router;
}
