import { Router } from 'express';
import { toMajor } from '../contracts/money.ts';
import { AskOverview, type Overview } from '../contracts/reports.ts';
import { countLateParcels, type DayRow, ordersByStatus, salesByDay, timeInStatus } from '../db/reports.ts';
import { ORDER_STATUSES, type OrderStatus } from '../domain/order.ts';
import { requires } from './access.ts';
import type { ApiContext } from './context.ts';

/** Sums over many orders. They are counted anew at most every few seconds, however many people look at them. */

const KEPT_MS = 10_000;
const NEWEST = 2_000;
const DAY_MS = 86_400_000;

/** The last days in this time zone, the oldest first, also those on which nothing was sold. */
function lastDays(days: number, timezone: string): string[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  return Array.from({ length: days }, (_, back) => format.format(new Date(Date.now() - (days - 1 - back) * DAY_MS)));
}

const dayView = (day: string, rows: readonly DayRow[]): Overview['days'][number] => {
  const own = rows.filter((row) => row.day === day);
  return {
    day,
    orders: own.reduce((sum, { orders }) => sum + orders, 0),
    revenue: own.map(({ currency, revenueMinor }) => ({ currency, amount: toMajor(revenueMinor, currency) })),
  };
};

const inOrderOfLife = <Row extends { status: string }>(rows: readonly Row[]): (Row & { status: OrderStatus })[] =>
  ORDER_STATUSES.flatMap((status) => rows.filter((row) => row.status === status).map((row) => ({ ...row, status })));

async function overview({ db }: ApiContext, days: number, timezone: string): Promise<Overview> {
  const [sales, statuses, late, stays] = await Promise.all([
    salesByDay(db, days, timezone),
    ordersByStatus(db),
    countLateParcels(db),
    timeInStatus(db, NEWEST),
  ]);
  return {
    days: lastDays(days, timezone).map((day) => dayView(day, sales)),
    by_status: inOrderOfLife(statuses),
    late_parcels: late,
    time_in_status: {
      newest_orders: NEWEST,
      rows: inOrderOfLife(stays).map(({ status, orders, median, p90 }) => ({
        status,
        orders,
        median_seconds: median,
        p90_seconds: p90,
      })),
    },
  };
}

export function reportsRouter(context: ApiContext): Router {
  const kept = new Map<string, { answer: Promise<Overview>; until: number }>();
  const router = Router();
  router.get('/overview', requires('reports.read'), async (request, response) => {
    const { days, timezone } = AskOverview.parse(request.query);
    const key = `${days} ${timezone}`;
    let known = kept.get(key);
    if (known === undefined || known.until < Date.now()) {
      if (kept.size > 100) kept.clear();
      known = { answer: overview(context, days, timezone), until: Date.now() + KEPT_MS };
      kept.set(key, known);
      // A failure is not kept.
      known.answer.catch(() => kept.delete(key));
    }
    response.json(await known.answer);
  });
  return router;
}
