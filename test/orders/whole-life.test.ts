import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliver, place, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

describe('an order paid by card', () => {
  test('goes from checkout to completed', async () => {
    const number = await place(system);
    const order = await deliver(system, number);
    expect(order.payment_status).toBe('paid');
    expect(order.timeline.map((entry) => entry.type)).toEqual([
      'order_placed',
      'payment_read',
      'order_confirmed',
      'payment_read',
      'fulfilments_created',
      'label_bought',
      'parcel_shipped',
      'fulfilment_delivered',
      'order_completed',
    ]);
  });
});
