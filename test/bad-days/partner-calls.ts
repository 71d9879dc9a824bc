/** Each call that changes something at a partner on the way to a delivered parcel; `by` is the text by which that of one order is known. */
export const DOING = [
  { service: 'stripe', route: 'POST /v1/payment_intents', by: 'number' },
  { service: 'stripe', route: 'POST /v1/payment_intents/:id/capture', by: 'number' },
  { service: 'shippo', route: 'POST /addresses', by: 'email' },
  { service: 'shippo', route: 'POST /shipments', by: 'number' },
  { service: 'shippo', route: 'POST /transactions', by: 'number' },
] as const;
