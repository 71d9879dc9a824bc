import { Router } from 'express';
import { z } from 'zod';
import { AdjustStock, ListInventory, ListMovements, LocationCode, PutThresholds } from '../contracts/catalogue.ts';
import { type AdjustedStock, ImportStock } from '../contracts/inventory.ts';
import { SKU } from '../contracts/orders.ts';
import { wrong } from '../contracts/wrong.ts';
import { findLocation, findProducts } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import {
  adjust,
  type LevelView,
  listLevels,
  listMovements,
  type MovementView,
  openAlerts,
  setThresholds,
} from '../db/stock.ts';
import { principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { isOutOfRange } from './database-errors.ts';
import { digestOf, idempotencyKeyOf, recordOnce } from './idempotency.ts';
import { importStock } from './inventory-import.ts';
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

const movementView = (row: MovementView) => ({
  id: row.id,
  at: row.at.toISOString(),
  location: row.location,
  kind: row.kind,
  on_hand_change: row.onHandChange,
  held_change: row.heldChange,
  order: row.orderNumber,
  reason: row.reason,
  actor: row.actor,
  actor_name: row.actorName,
});

export const ALERTS_AT_MOST = 500;
const MovementsPath = z.object({ sku: SKU });
const LevelPath = z.object({ sku: SKU, location: LocationCode });

function tooMany(error: unknown): never {
  if (!isOutOfRange(error)) throw error;
  throw new HttpProblem('invalid_fields', {
    errors: [{ field: 'change', ...wrong('uncountable', { most: 2_147_483_647 }) }],
  });
}

/** Both must exist, and both are named when they do not. */
async function demandKnown(db: Db, sku: string, location: string): Promise<void> {
  const [products, found] = await Promise.all([findProducts(db, [sku]), findLocation(db, location)]);
  const errors = [
    ...(products.has(sku) ? [] : [{ field: 'sku', message: `${sku} is not in the catalogue` }]),
    ...(found === null ? [{ field: 'location', message: `there is no location ${location}` }] : []),
  ];
  if (errors.length > 0) throw new HttpProblem('invalid_fields', { errors });
}

async function adjustLevel(db: Db, asked: AdjustStock, actor: string): Promise<AdjustedStock> {
  const { sku, location } = asked;
  await demandKnown(db, sku, location);
  const result = await adjust(db, { ...asked, actor }).catch(tooMany);
  if (!result.ok) {
    const said = wrong('held_by_orders', { least: result.atLeast });
    throw new HttpProblem('stock_below_holds', { errors: [{ field: 'change', ...said }] });
  }
  return { sku, location, on_hand: result.onHand, held: result.held };
}

export function inventoryRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requires('inventory.read'), async (request, response) => {
    const asked = ListInventory.parse(request.query);
    const page = await readPage({
      list: 'inventory',
      ...asked,
      read: (after, limit) =>
        listLevels(db, { sku: asked.sku, location: asked.location, low: asked.low === 'true', after, limit }),
      keyOf: (row) => [row.sku, row.location],
      view: levelView,
    });
    response.json(page);
  });

  router.get('/alerts', requires('inventory.read'), async (_request, response) => {
    const rows = await openAlerts(db, ALERTS_AT_MOST);
    const data = rows.map((row) => ({
      sku: row.sku,
      location: row.location,
      available: row.available,
      raised_at: row.raisedAt.toISOString(),
    }));
    response.json({ data });
  });

  router.post('/adjustments', requires('inventory.write'), async (request, response) => {
    const asked = AdjustStock.parse(request.body);
    const { keyId } = principalOf(response.locals);
    const keyed = { keyId, key: idempotencyKeyOf(request), requestHash: digestOf('adjustment', asked) };
    const { body, replayed } = await recordOnce(db, keyed, (trx) => adjustLevel(trx, asked, keyId));
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.status(201).json(body);
  });

  router.post('/import', requires('inventory.write'), async (request, response) => {
    const asked = ImportStock.parse(request.body ?? {});
    const { keyId } = principalOf(response.locals);
    const keyed = { keyId, key: idempotencyKeyOf(request), requestHash: digestOf('import', asked) };
    const { body, replayed } = await recordOnce(db, keyed, (trx) => importStock(trx, asked, keyId));
    if (replayed) response.set('Idempotent-Replayed', 'true');
    const changed = body.rows.filter(({ before, after }) => before !== after).length;
    response.locals.audited = { detail: { applied: body.applied, rows: changed } };
    response.json(body);
  });

  router.put('/:sku/:location', requires('inventory.write'), async (request, response) => {
    const { sku, location } = LevelPath.parse(request.params);
    const asked = PutThresholds.parse(request.body);
    await demandKnown(db, sku, location);
    const [before] = await listLevels(db, { sku, location, limit: 1 });
    response.locals.audited = { before: before === undefined ? null : levelView(before) };
    await setThresholds(db, { sku, location, safetyStock: asked.safety_stock, reorderPoint: asked.reorder_point });
    const [level] = await listLevels(db, { sku, location, limit: 1 });
    if (level === undefined) throw new HttpProblem('not_found');
    response.json(levelView(level));
  });

  router.get('/:sku/movements', requires('inventory.read'), async (request, response) => {
    const asked = ListMovements.parse(request.query);
    const { sku } = MovementsPath.parse(request.params);
    const page = await readPage({
      list: `movements ${sku}`,
      ...asked,
      read: (after, limit) => listMovements(db, sku, after === undefined ? null : Number(after[0]), limit),
      keyOf: (row) => [String(row.id), ''],
      view: movementView,
    });
    response.json(page);
  });
  return router;
}
