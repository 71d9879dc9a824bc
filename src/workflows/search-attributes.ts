/** The search attributes of an order's workflow; registered with the server at start, shown in Temporal Web UI. No personal data. */
export const SEARCH_ATTRIBUTES = {
  OrderStatus: 'Keyword',
  PaymentStatus: 'Keyword',
  OrderStore: 'Keyword',
  WaitingFor: 'Keyword',
  WaitingUntil: 'Datetime',
} as const satisfies Record<string, 'Keyword' | 'Int' | 'Datetime'>;
