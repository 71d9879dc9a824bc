import { Router } from 'express';
import type { DeliveryInstructions } from '../contracts/delivery-instructions.ts';
import { type DeliveredInstructions, instructionsOf } from '../db/delivery-instructions.ts';
import { readOrder } from '../db/order-reader.ts';
import { requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { numberFrom } from './orders.ts';
import { HttpProblem } from './problem.ts';

/** Codes and notes of an order: apart from the order itself, as few of those who may read that are to read these. */

const view = (one: DeliveredInstructions): DeliveryInstructions['data'][number] => ({
  fulfilment: one.fulfilment,
  lines: [...one.lines],
  redemption_code: one.redemptionCode,
  notes: one.notes,
  delivered_at: one.deliveredAt.toISOString(),
});

export function deliveryInstructionsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/:number/delivery-instructions', requires('orders.instructions'), async (request, response) => {
    const number = numberFrom(request.params['number']);
    if ((await readOrder(db, number)) === null) throw new HttpProblem('order_not_found');
    const found = await instructionsOf(db, number);
    response.set('Cache-Control', 'no-store').json({ data: found.map(view) } satisfies DeliveryInstructions);
  });
  return router;
}
