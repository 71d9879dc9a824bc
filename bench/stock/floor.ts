import type pg from 'pg';
import { LOCATIONS } from './grounds.ts';
import { column, type Job, type Path, run, transaction } from './path.ts';

/**
 * The raw floor: the least that a reservation can write, with no question asked and no movement kept. One transaction, one UPDATE that
 * raises the counters of the order's levels, one INSERT of its holds: the same rows of the same tables, over the same connections, as
 * the order's own hold. Only for orders of one unit a line, each SKU once, from one location. The index gives the levels in its order,
 * so they are locked in one order here too.
 */
const UPDATE = 'update stock_level set held = held + 1 where sku = any((select $1::text[])::text[]) and location = $2';
const INSERT = `
  insert into stock_hold (order_number, no, line, sku, location, quantity)
  select $1, no, no, sku, $3, 1 from unnest((select $2::text[])) with ordinality as w (sku, no)`;

export function floor(pool: pg.Pool): Path {
  const unsupported = () => Promise.reject(new Error('the floor only reserves'));
  return {
    async reserve({ order, lines }: Job) {
      const skus = column(lines, 'sku');
      await transaction(pool, async (client) => {
        await run(client, UPDATE, [skus, LOCATIONS[0]]);
        await run(client, INSERT, [order, skus, LOCATIONS[0]]);
      });
      return 'held';
    },
    release: unsupported,
    ship: unsupported,
  };
}
