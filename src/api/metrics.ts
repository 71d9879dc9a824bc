import type { RequestHandler } from 'express';
import type { Pool } from 'pg';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { comparisonStates } from '../db/comparisons.ts';
import type { Db } from '../db/database.ts';
import { countOpenExceptions } from '../db/exceptions.ts';
import { countPendingEvents } from '../db/inbox.ts';
import { onceASecond } from './once-a-second.ts';

/**
 * What Prometheus reads of the API and the database. No label carries personal data or an order number. While the database is
 * away its counts are missing, and the rest is still told.
 */
export function createMetrics(db: Db, pool: Pool) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'database_connections',
    help: 'Connections of this process, by state',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      this.set({ state: 'total' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
  const openExceptions = onceASecond(() => countOpenExceptions(db).catch(() => []));
  new Gauge({
    name: 'exceptions_open',
    help: 'Exceptions that wait for a person, by kind',
    labelNames: ['kind'] as const,
    registers: [registry],
    async collect() {
      this.reset();
      for (const { kind, open } of await openExceptions()) this.set({ kind }, open);
    },
  });
  const pendingEvents = onceASecond(() => countPendingEvents(db).catch(() => Number.NaN));
  new Gauge({
    name: 'inbox_pending',
    help: 'Events of gateways and carriers that are not applied yet',
    registers: [registry],
    async collect() {
      this.set(await pendingEvents());
    },
  });
  const statesOfComparisons = onceASecond(() => comparisonStates(db).catch(() => []));
  new Gauge({
    name: 'books_disagreeing',
    help: 'Matters in which workflows, rows and gateways disagree, by comparison',
    labelNames: ['comparison'] as const,
    registers: [registry],
    async collect() {
      this.reset();
      for (const { name, disagreeing } of await statesOfComparisons()) this.set({ comparison: name }, disagreeing);
    },
  });
  new Gauge({
    name: 'books_compared_seconds_ago',
    help: 'Seconds since the last whole round of a comparison',
    labelNames: ['comparison'] as const,
    registers: [registry],
    async collect() {
      this.reset();
      for (const { name, age } of await statesOfComparisons()) if (age !== null) this.set({ comparison: name }, age);
    },
  });

  const observe: RequestHandler = (request, response, next) => {
    const end = seconds.startTimer({ method: request.method });
    response.on('finish', () => {
      const route = (request.route as { path?: unknown } | undefined)?.path;
      end({
        route: typeof route === 'string' ? `${request.baseUrl}${route}` : request.baseUrl || 'other',
        status: String(response.statusCode),
      });
    });
    next();
  };
  return { registry, observe };
}
