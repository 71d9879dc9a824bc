import { sql } from 'kysely';
import { fulfilmentsTable } from './fulfilments.ts';
import { ordersTable } from './orders.ts';

/**
 * Parcels that should have left by now, each beside its order `o`, for a `from`. Only orders under way have any, and they are few among
 * all; `offset 0` keeps the look-ups theirs, where PostgreSQL would like to read every parcel there ever was.
 */
export const lateParcels = sql`
  ${ordersTable} o cross join lateral (
    select from ${fulfilmentsTable} f
     where f.order_number = o.number and f.status in ('pending', 'labelled') and f.ship_by < now() offset 0) as parcel
  where o.status in ('confirmed', 'processing', 'shipped')`;
