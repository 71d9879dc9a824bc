import type { LocationRow } from '../db/catalogue.ts';
import type { RoutingLocation } from '../domain/routing.ts';

/** The clock on the wall of a location: needs the time-zone database, so it is done here and not in the domain. */
function wallClock(at: number, timezone: string): { time: string; midnight: Date } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const elapsed = ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000;
  const time = `${String(part('hour')).padStart(2, '0')}:${String(part('minute')).padStart(2, '0')}`;
  return { time, midnight: new Date(at - elapsed) };
}

/** Adds what only today knows: whether the cut-off has passed, and how many parcels can still be packed. */
export async function routingLocations(
  rows: readonly LocationRow[],
  at: number,
  packedSince: (codes: readonly string[], since: Date) => Promise<Map<string, number>>,
): Promise<RoutingLocation[]> {
  const limited = rows.filter((row) => row.capacityPerDay !== null);
  const packed = new Map<string, number>();
  for (const row of limited) {
    const today = await packedSince([row.code], wallClock(at, row.timezone).midnight);
    packed.set(row.code, today.get(row.code) ?? 0);
  }
  return rows.map((row) => ({
    code: row.code,
    seller: row.seller,
    country: row.country,
    region: row.region,
    postalCode: row.postalCode,
    priority: row.priority,
    handling: row.handlingMinor,
    capacityLeft: row.capacityPerDay === null ? null : Math.max(0, row.capacityPerDay - (packed.get(row.code) ?? 0)),
    cutOffPassed: row.cutOff !== null && wallClock(at, row.timezone).time >= row.cutOff.slice(0, 5),
  }));
}
