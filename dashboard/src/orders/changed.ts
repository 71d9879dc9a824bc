import { useEffect, useRef, useState } from 'react';
import type { OrderSummary } from '../../../src/contracts/order-view.ts';

const SHOWN_MS = 2500;

/** The orders that have moved on, or come in, since the list was last drawn; they are marked for a moment. */
export function useChanged(orders: readonly OrderSummary[]): ReadonlySet<string> {
  const before = useRef<ReadonlyMap<string, string> | null>(null);
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const known = before.current;
    before.current = new Map(orders.map(({ number, updated_at }) => [number, updated_at]));
    if (known === null) return;
    // A list with hardly anything in common is another page, and not news.
    const kept = orders.filter(({ number }) => known.has(number)).length;
    if (kept * 2 < orders.length) return;
    const news = orders.filter(({ number, updated_at }) => known.get(number) !== updated_at);
    if (news.length === 0) return;
    setChanged(new Set(news.map(({ number }) => number)));
    const timer = setTimeout(() => setChanged(new Set()), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [orders]);
  return changed;
}
