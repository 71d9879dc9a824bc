import type { OrderView } from '../../src/contracts/order-view.ts';
import type { Happened } from './input.ts';

/**
 * What is done with an order so that the same happens to it again. The marketplace knew other statuses than we do:
 *
 * | happened                         | done                                                  | ends as      |
 * |----------------------------------|-------------------------------------------------------|--------------|
 * | created                          | placed; the payment never comes                       | `pending`    |
 * | approved, invoiced, processing   | paid; the parcels wait for the carrier                | `processing` |
 * | shipped                          | … and the carriers take them                          | `shipped`    |
 * | delivered                        | … and deliver them                                    | `completed`  |
 * | canceled, unavailable            | staff cancel at once, while payment and stock are on their way | `cancelled` |
 * | canceled after the hand-over     | staff cancel once the labels are bought (ours cannot be cancelled later) | `cancelled` |
 *
 * A bank transfer is recorded by staff when the marketplace had approved the payment, and sent back by staff when cancelled.
 */
export interface Plan {
  readonly paid: boolean;
  /** How far the parcels go, or when the order is cancelled. */
  readonly until: 'placed' | 'labelled' | 'shipped' | 'delivered' | 'cancelled at once' | 'cancelled with labels';
  readonly endsAs: OrderView['status'];
}

export function planOf(happened: Happened): Plan {
  switch (happened.status) {
    case 'created':
      return { paid: false, until: 'placed', endsAs: 'pending' };
    case 'approved':
    case 'invoiced':
    case 'processing':
      return { paid: true, until: 'labelled', endsAs: 'processing' };
    case 'shipped':
      return { paid: true, until: 'shipped', endsAs: 'shipped' };
    case 'delivered':
      return { paid: true, until: 'delivered', endsAs: 'completed' };
    case 'canceled':
    case 'cancelled':
    case 'unavailable': {
      const handedOver = happened.with_carrier != null;
      const paid = handedOver || happened.approved != null;
      return { paid, until: handedOver ? 'cancelled with labels' : 'cancelled at once', endsAs: 'cancelled' };
    }
    default:
      throw new Error(
        `An order cannot have happened as ${JSON.stringify(happened.status)}; known are created, approved, invoiced, ` +
          'processing, shipped, delivered, canceled and unavailable.',
      );
  }
}
