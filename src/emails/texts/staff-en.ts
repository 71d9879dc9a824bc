import { costOfWaiting, type Severity, titleOf } from '../../domain/exceptions.ts';
import type { PaymentMethod } from '../../domain/order.ts';

/** What mails to staff say, in English; what an exception is comes from `src/domain/exceptions.ts`. */

const counted = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

export const staffEn = {
  severities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' } satisfies Record<Severity, string>,
  title: titleOf,
  cost: (kind: string): string => costOfWaiting(kind) ?? '',
  digest: {
    overdue: (count: number) => counted(count, 'exception is overdue', 'exceptions are overdue'),
    waiting: (count: number) => counted(count, 'exception waits for somebody', 'exceptions wait for somebody'),
    overdueTitle: 'Overdue',
    waitingTitle: 'Not due yet, and nobody has claimed them',
    further: (count: number) => `And ${count} more in the queue.`,
    total: (amount: string) => `Order total ${amount}`,
    due: (time: string) => `due ${time}`,
    claimed: 'claimed',
    where:
      'The queue: GET /v1/exceptions?sort=due. Claim what you work on; one resolution can be given to many of a kind.',
  },
  sellerReminder: {
    subject: (number: string) => `Please accept your part of the order ${number}`,
    heading: 'An order waits for you',
    lead: (store: string, time: string) =>
      `${store} has an order with items of yours that you have not accepted yet. Please accept them by ${time}; after that the store is told.`,
    item: (quantity: number, name: string) => `${quantity} × ${name}`,
    where: (store: string) => `Sign in at ${store}, open the order, and acknowledge it.`,
  },
  newOrders: {
    subject: (count: number) => counted(count, 'new order', 'new orders'),
    methods: { stripe: 'card', cod: 'cash on delivery', bank_transfer: 'bank transfer' } satisfies Record<
      PaymentMethod,
      string
    >,
    further: (count: number) => `And ${count} more in the list.`,
    where: (url: string) => `All orders: ${url}`,
  },
  lowStock: {
    subject: (count: number) => `Low stock: ${counted(count, 'level is', 'levels are')} at or below the reorder point`,
    heading: 'Stock to order',
    lead: 'What can still be sold of these has fallen to its reorder point. You are told once each time.',
    level: (available: number, reorderPoint: number) => `${available} left, reorder point ${reorderPoint}`,
    where: 'All that is low: GET /v1/inventory/alerts.',
  },
};

export type StaffTexts = typeof staffEn;
