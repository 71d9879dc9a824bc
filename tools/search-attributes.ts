export const SEARCH_ATTRIBUTES: Record<string, 'Keyword' | 'Int' | 'Datetime'> = {
  OrderNumber: 'Keyword',
  OrderStatus: 'Keyword',
};
