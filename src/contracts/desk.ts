import { z } from 'zod';
import { SayingView } from './order-view.ts';
import { ListOrders } from './orders.ts';
import { text } from './text.ts';
import { WRONG } from './wrong.ts';

/** What the dashboard keeps for people besides orders: notifications and saved views; and the export of a list. */

const time = z.string().meta({ format: 'date-time' });

export const NotificationView = z
  .object({
    id: z.string().meta({ example: 'ORD-7K3M9QX2RT/4' }),
    at: time,
    type: z.enum(['order_placed', 'exception_opened', 'message_sent', 'return_requested', 'dispute_read']),
    order: z.string(),
    customer: z.string(),
    currency: z.string(),
    total: z.string(),
    exception_kind: z.string().nullable(),
    text: z.string().nullable(),
    saying: SayingView.nullable(),
    read: z.boolean(),
  })
  .meta({ id: 'Notification' });
export type NotificationView = z.infer<typeof NotificationView>;
export const NotificationPage = z
  .object({
    data: z.array(NotificationView),
    next_cursor: z.string().nullable(),
    unread: z.int().meta({ description: 'At most 100' }),
  })
  .meta({ id: 'NotificationPage' });
export type NotificationPage = z.infer<typeof NotificationPage>;
/** Everything up to this moment is read. */
export const MarkRead = z.strictObject({ read_to: z.iso.datetime({ offset: true }) }).meta({ id: 'MarkRead' });
export const ReadMark = z.object({ unread: z.int() }).meta({ id: 'ReadMark' });

export const VIEW_LISTS = ['orders', 'exceptions'] as const;
const filters = z
  .record(z.string().regex(/^[a-z_]{1,30}$/, 'must be the name of a filter'), text().max(500))
  .refine((given) => Object.keys(given).length <= 20, 'has more than 20 entries');
export const SaveView = z
  .strictObject({
    list: z.enum(VIEW_LISTS).default('orders'),
    name: text().trim().min(1, WRONG.required).max(80),
    filters,
    shared: z.boolean().default(false),
  })
  .meta({ id: 'SaveView' });
export const SavedViewView = z
  .object({
    id: z.string(),
    list: z.enum(VIEW_LISTS),
    name: z.string(),
    filters: z.record(z.string(), z.string()),
    shared: z.boolean(),
    mine: z.boolean(),
    owner: z.string().meta({ description: 'The name of who saved it' }),
    created_at: time,
  })
  .meta({ id: 'SavedView' });
export type SavedViewView = z.infer<typeof SavedViewView>;
export const SavedViews = z.object({ data: z.array(SavedViewView) }).meta({ id: 'SavedViews' });
export const ListViews = z.strictObject({ list: z.enum(VIEW_LISTS).default('orders') });

/** The most orders that fit one Excel file; CSV has no such end. */
export const EXCEL_AT_MOST = 50_000;
export const ExportOrders = ListOrders.omit({ cursor: true, limit: true }).extend({ format: z.enum(['csv', 'xlsx']) });
export type ExportOrders = z.infer<typeof ExportOrders>;

/** `once`: say what was missed and end, for those who cannot keep an answer open. */
export const AskStream = z.strictObject({ once: z.enum(['true', 'false']).default('false') });

/** What an event named `order` of the stream says; a seller is told the number alone. */
export const OrderNewsView = z
  .object({ number: z.string(), version: z.int().optional(), types: z.array(z.string()).optional() })
  .meta({ id: 'OrderNews' });
export type OrderNewsView = z.infer<typeof OrderNewsView>;
