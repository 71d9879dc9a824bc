import { Router } from 'express';
import { z } from 'zod';
import { AdjustStock, ListInventory, LocationCode, PutThresholds } from '../contracts/catalogue.ts';
import { PageQuery, SKU } from '../contracts/orders.ts';
import { findLocation, findProducts } from '../db/catalogue.ts';
import { adjust, type LevelView, listLevels, listMovements, setThresholds } from '../db/stock.ts';
import { principalOf, requireScope } from './access.ts';
import type { ApiContext } from './context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { HttpProblem } from './problem.ts';

/** Stock by SKU and location, its movements, and corrections with a reason. */

const levelView = (level: LevelView) => ({
  sku: level.sku,
  location: level.location,
  on_hand: level.onHand,
  held: level.held,
  available: Math.max(0, level.onHand - level.held - level.safetyStock),
  safety_stock: level.safetyStock,
  reorder_point: level.reorderPoint,
  low: level.low,
});

const ListMovements = z.strictObject({ ...PageQuery });

/** Both must exist, and both are named when they do not. */
async function demandKnown({ db }: ApiContext, sku: string, location: string): Promise<void> {
  const [products, found] = await Promise.all([findProducts(db, [sku]), findLocation(db, location)]);
  const errors = [
    ...(products.has(sku) ? [] : [{ field: 'sku', message: `${sku} is not in the catalogue` }]),
    ...(found === null ? [{ field: 'location', message: `there is no location ${location}` }] : []),
  ];
  if (errors.length > 0) throw new HttpProblem('invalid_fields', { errors });
}

export function inventoryRouter(context: ApiContext): Router {
  const { db } = context;
  const router = Router();
  router.get('/', requireScope('inventory:read'), async (request, response) => {
    const asked = ListInventory.parse(request.query);
    const rows = await listLevels(db, {
      sku: asked.sku,
      location: asked.location,
      low: asked.low === 'true',
      after: decodeCursor(asked.cursor),
      limit: asked.limit + 1,
    });
    const page = rows.slice(0, asked.limit);
    const last = page.at(-1);
    const more = rows.length > asked.limit && last !== undefined;
    response.json({ data: page.map(levelView), next_cursor: more ? encodeCursor(last.sku, last.location) : null });
  });

  router.post('/adjustments', requireScope('inventory:write'), async (request, response) => {
    const asked = AdjustStock.parse(request.body);
    await demandKnown(context, asked.sku, asked.location);
    const result = await adjust(db, { ...asked, actor: principalOf(response.locals).keyId });
    if (!result.ok) {
      const message = `must be at least ${result.atLeast}: orders hold the rest`;
      throw new HttpProblem('stock_below_holds', { errors: [{ field: 'change', message }] });
    }
    response.status(201).json({ sku: asked.sku, location: asked.location, on_hand: result.onHand, held: result.held });
  });

  router.put('/:sku/:location', requireScope('inventory:write'), async (request, response) => {
    const sku = SKU.parse(request.params['sku']);
    const location = LocationCode.parse(request.params['location']);
    const asked = PutThresholds.parse(request.body);
    await demandKnown(context, sku, location);
    await setThresholds(db, { sku, location, safetyStock: asked.safety_stock, reorderPoint: asked.reorder_point });
    const [level] = await listLevels(db, { sku, location, limit: 1 });
    if (level === undefined) throw new HttpProblem('not_found');
    response.json(levelView(level));
  });

  router.get('/:sku/movements', requireScope('inventory:read'), async (request, response) => {
    const { cursor, limit } = ListMovements.parse(request.query);
    const before = decodeCursor(cursor)?.[0];
    const rows = await listMovements(
      db,
      String(request.params['sku']),
      before === undefined ? null : Number(before),
      limit + 1,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const more = rows.length > limit && last !== undefined;
    const data = page.map((row) => ({
      id: row.id,
      at: row.at.toISOString(),
      location: row.location,
      kind: row.kind,
      on_hand_change: row.onHandChange,
      held_change: row.heldChange,
      order: row.orderNumber,
      reason: row.reason,
      actor: row.actor,
    }));
    response.json({ data, next_cursor: more ? encodeCursor(String(last.id), '') : null });
  });
  return router;
}
