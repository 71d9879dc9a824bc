import { LOCATIONS } from './grounds.ts';
import { type Connections, column, type Job, lineId, type Path, run, transaction } from './path.ts';

/**
 * The raw floor: the least a reservation can write, with no question asked. One transaction, one UPDATE that raises the counters of the
 * order's levels, one INSERT of its holds: the same rows as the order's own hold, on the common schema, which has no foreign key, no
 * constraint and no movement to write. Only for orders of one unit a line, each SKU once, from one location. SKUs are given in order, so
 * that the index scan locks the levels in one order.
 */
const UPDATE = 'update level set reserved = reserved + 1 where sku = any($1::text[]) and location = $2';
const INSERT = `insert into hold (order_line, sku, location, qty) select line, sku, $2, 1 from unnest($1::text[], $3::text[]) w (line, sku)`;

export function floor({ work }: Connections): Path {
  const unsupported = () => Promise.reject(new Error('the floor only reserves'));
  return {
    async reserve({ order, lines }: Job) {
      const sorted = [...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1));
      const skus = column(sorted, 'sku');
      await transaction(work, async (client) => {
        await run(client, UPDATE, [skus, LOCATIONS[0]]);
        await run(client, INSERT, [sorted.map(({ line }) => lineId(order, line)), LOCATIONS[0], skus]);
      });
      return 'held';
    },
    release: unsupported,
    ship: unsupported,
  };
}
