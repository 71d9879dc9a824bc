import type { ExceptionStatistics } from '../contracts/exceptions.ts';
import { type OpenCount, openExceptions, type ResolvedCount, resolvedExceptions } from '../db/exception-statistics.ts';
import { SEVERITIES } from '../domain/exceptions.ts';
import type { ApiContext } from './context.ts';

/** The queue in numbers. */

const DAYS = 30;

const sumOf = (counts: readonly OpenCount[], field: 'open' | 'overdue' | 'claimed'): number =>
  counts.reduce((sum, count) => sum + count[field], 0);

function openView(counts: readonly OpenCount[], now: number): ExceptionStatistics['open'] {
  const oldest = counts.length === 0 ? null : Math.min(...counts.map((count) => count.oldest.getTime()));
  return {
    total: sumOf(counts, 'open'),
    overdue: sumOf(counts, 'overdue'),
    claimed: sumOf(counts, 'claimed'),
    oldest_opened_at: oldest === null ? null : new Date(oldest).toISOString(),
    oldest_age_seconds: oldest === null ? null : Math.max(0, Math.round((now - oldest) / 1000)),
    by_severity: Object.fromEntries(
      SEVERITIES.map((severity) => [
        severity,
        sumOf(
          counts.filter((count) => count.severity === severity),
          'open',
        ),
      ]),
    ),
    by_kind: counts.map(({ oldest: first, ...count }) => ({ ...count, oldest_opened_at: first.toISOString() })),
  };
}

function resolvedView(counts: readonly ResolvedCount[]): ExceptionStatistics['resolved'] {
  const all = counts.find(({ kind, resolution }) => kind === null && resolution === null);
  const any = all !== undefined && all.resolved > 0;
  return {
    days: DAYS,
    total: all?.resolved ?? 0,
    median_seconds: any ? all.median : null,
    p90_seconds: any ? all.p90 : null,
    by_resolution: Object.fromEntries(
      counts.flatMap(({ resolution, resolved }) => (resolution === null ? [] : [[resolution, resolved]])),
    ),
    by_kind: counts.flatMap(({ kind, resolved, median, p90 }) =>
      kind === null ? [] : [{ kind, resolved, median_seconds: median, p90_seconds: p90 }],
    ),
  };
}

export async function exceptionStatistics({ db }: ApiContext): Promise<ExceptionStatistics> {
  const [open, resolved] = await Promise.all([openExceptions(db), resolvedExceptions(db, DAYS)]);
  return { open: openView(open, Date.now()), resolved: resolvedView(resolved) };
}
