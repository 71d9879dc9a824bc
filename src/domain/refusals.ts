/** Every reason an order refuses an action, with the sentence for people. No HTTP here: `src/api/problem.ts` gives the status. */
export const REFUSALS = {
  order_not_found: 'There is no such order.',
  wrong_status: 'The order is in a status that does not allow this action.',
  role_not_allowed: 'Your role may not ask for this action.',
  scope_missing: 'Your key does not have the scope this action needs.',
  not_yet_available: 'This action is not yet available in this version of the system.',
  version_conflict: 'The order has changed since you read it; read it again and decide anew.',
  already_shipped: 'A part of the order is already with the carrier; it can no longer be cancelled.',
  payment_not_verified: 'The payment has not been verified at the gateway yet.',
  payment_reference_required: 'The reference of the bank transfer is needed to confirm this order.',
  amount_mismatch: 'The amount that arrived is not the total of the order.',
  already_confirmed: 'The order is already confirmed, or its confirmation is under way.',
  label_already_bought: 'A label has been bought for the old address; cancel the order or ship it as it is.',
  nothing_to_ship: 'No fulfilment of the order is waiting to be shipped.',
  fulfilment_not_found: 'The order has no such fulfilment.',
  fulfilment_not_waiting: 'This fulfilment is not waiting for that: it is shipped, delivered or cancelled already.',
  fulfilment_required: 'The order has several fulfilments that could be meant; name one.',
  payment_outstanding: 'The order is not paid yet; it cannot be completed.',
  delivery_outstanding: 'Not every line of the order has been delivered; it cannot be completed.',
  exception_not_found: 'The order has no such open exception.',
  resolution_not_allowed: 'That resolution is not one of those allowed for this exception.',
  blocked_by_exception: 'An open exception of the order must be resolved first.',
  invalid_fields: 'The fields of the action are not valid.',
} as const;
export type RefusalCode = keyof typeof REFUSALS;

export type Refusal = { readonly code: RefusalCode; readonly detail: string };
export const refuse = (code: RefusalCode, detail: string = REFUSALS[code]): Refusal => ({ code, detail });
