import { Router } from 'express';
import { type CallView, ListCalls } from '../contracts/calls.ts';
import { toMajor } from '../contracts/money.ts';
import { type CallRow, listCalls } from '../db/call-list.ts';
import { requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';

/** Who is to be called next; what a call came to is the action `log_call`. */

const callView = (row: CallRow): CallView => ({
  order: row.number,
  store: row.store,
  version: row.version,
  created_at: row.placedAt.toISOString(),
  customer: { name: row.customerName, phone: row.customerPhone },
  currency: row.currency,
  total: toMajor(row.totalMinor, row.currency),
  attempts: row.calls.attempts,
  last_outcome: row.calls.lastOutcome,
  due_at: row.nextCallAt.toISOString(),
  is_due: row.nextCallAt.getTime() <= Date.now(),
});

export function callsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requires('calls.read'), async (request, response) => {
    const asked = ListCalls.parse(request.query);
    const page = await readPage({
      list: `calls ${asked.due}`,
      ...asked,
      read: (after, limit) =>
        listCalls(db, {
          store: asked.store,
          dueBefore: asked.due === 'true' ? new Date().toISOString() : undefined,
          after,
          limit,
        }),
      keyOf: (row) => [row.nextCallAt.toISOString(), row.number],
      view: callView,
    });
    response.json(page);
  });
  return router;
}
