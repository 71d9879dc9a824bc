import { Router } from 'express';
import { z } from 'zod';
import { MarkRead, type NotificationView } from '../contracts/desk.ts';
import { toMajor } from '../contracts/money.ts';
import { PageQuery } from '../contracts/orders.ts';
import { countUnread, listNotifications, type NotificationRow, readMark, setReadMark } from '../db/notifications.ts';
import { bodyOf } from '../db/orders.ts';
import { sayingOf } from '../domain/sayings.ts';
import { type Principal, principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { HttpProblem } from './problem.ts';
import { sayingView } from './sayings.ts';

/** The bell: what has happened that people of the store and sellers want to know at once, and how far each of them has read. */

const UNREAD_AT_MOST = 100;
const DAY_MS = 86_400_000;
const ListNotifications = z.strictObject({ ...PageQuery });

/** Somebody who has never read is not greeted with all of the past. */
const firstMark = (): Date => new Date(Date.now() - DAY_MS);

/** A seller's bell is of their own orders alone; people of the store have one of all. */
function sellerOf({ role, seller }: Principal): string | null {
  if (role !== 'seller') return null;
  if (seller === null) throw new HttpProblem('role_not_allowed', { detail: 'The key names no seller.' });
  return seller;
}

const notificationView = (row: NotificationRow, mark: Date): NotificationView => ({
  id: `${row.number}/${row.seq}`,
  at: row.at.toISOString(),
  type: row.type as NotificationView['type'],
  order: row.number,
  customer: row.customerName,
  currency: row.currency,
  total: toMajor(row.totalMinor, row.currency),
  exception_kind: row.exceptionKind,
  text: row.reason,
  saying: row.reason === null ? null : sayingView(sayingOf(bodyOf(row), row.currency)),
  read: row.at.getTime() <= mark.getTime(),
});

export function notificationsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requires('notifications.read'), async (request, response) => {
    const asked = ListNotifications.parse(request.query);
    const one = principalOf(response.locals);
    const seller = sellerOf(one);
    const mark = (await readMark(db, one.keyId)) ?? firstMark();
    const [page, unread] = await Promise.all([
      readPage({
        list: 'notifications',
        ...asked,
        read: (after, limit) => listNotifications(db, { seller, after, limit }),
        keyOf: (row) => [row.key, `${row.number}/${row.seq}`],
        view: (row) => notificationView(row, mark),
      }),
      countUnread(db, seller, mark, UNREAD_AT_MOST),
    ]);
    response.json({ ...page, unread });
  });
  router.post('/read', requires('notifications.read'), async (request, response) => {
    const readTo = new Date(Math.min(Date.parse(MarkRead.parse(request.body ?? {}).read_to), Date.now()));
    const one = principalOf(response.locals);
    const seller = sellerOf(one);
    await setReadMark(db, one.keyId, readTo);
    const mark = (await readMark(db, one.keyId)) ?? readTo;
    response.json({ unread: await countUnread(db, seller, mark, UNREAD_AT_MOST) });
  });
  return router;
}
