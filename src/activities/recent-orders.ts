import type { Db } from '../db/database.ts';
import type { Order } from '../domain/order.ts';

/**
 * Orders as this process has recorded them last, so that the next step of an order need not read it again. Another process may have
 * moved one on: what is decided on it is recorded against its version, and what would change nothing is decided anew on the record.
 */

const KEPT = 500;

const ofDatabase = new WeakMap<Db, Map<string, Order>>();

function recentOf(db: Db): Map<string, Order> {
  const known = ofDatabase.get(db);
  if (known !== undefined) return known;
  const recent = new Map<string, Order>();
  ofDatabase.set(db, recent);
  return recent;
}

export const recentOrder = (db: Db, number: string): Order | undefined => recentOf(db).get(number);

/** Those that were recorded longest ago make room. */
export function remember(db: Db, order: Order): void {
  const recent = recentOf(db);
  recent.delete(order.number);
  recent.set(order.number, order);
  const [oldest] = recent.size > KEPT ? recent.keys() : [];
  if (oldest !== undefined) recent.delete(oldest);
}
