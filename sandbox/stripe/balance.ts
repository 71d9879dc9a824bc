import type Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';
import { missing } from './errors.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { text } from './params.ts';
import type { StripeWorld } from './world.ts';

const TWO_DAYS = 2 * 86_400;

/** Stripe's list price for cards: 2.9 % and 30 minor units. The sandbox charges it in every currency. */
export const cardFee = (amount: number): number => Math.round(amount * 0.029) + 30;

export interface Posting {
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly source: string;
  readonly type: 'charge' | 'refund' | 'refund_failure' | 'adjustment';
  readonly reportingCategory: string;
  readonly description: string | null;
}

/** Records money moving in the account; amounts are signed minor units. */
export function post(world: StripeWorld, posting: Posting): Stripe.BalanceTransaction {
  const transaction: Stripe.BalanceTransaction = {
    id: stripeId('txn'),
    object: 'balance_transaction',
    amount: posting.amount,
    available_on: unixNow() + TWO_DAYS,
    balance_type: 'payments',
    created: unixNow(),
    currency: posting.currency,
    description: posting.description,
    exchange_rate: null,
    fee: posting.fee,
    fee_details:
      posting.fee === 0
        ? []
        : [
            {
              amount: posting.fee,
              application: null,
              currency: posting.currency,
              description: posting.type === 'adjustment' ? 'Dispute fee' : 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: posting.amount - posting.fee,
    reporting_category: posting.reportingCategory,
    source: posting.source,
    status: 'pending',
    type: posting.type,
  };
  world.store.balanceTransactions.set(transaction.id, transaction);
  return transaction;
}

export const balanceTransactionListParams = listParams<Stripe.BalanceTransactionListParams>()({
  source: text.optional(),
  type: text.optional(),
  currency: text.optional(),
});

export function listBalanceTransactions(world: StripeWorld, params: typeof balanceTransactionListParams._output) {
  const page = pageOf(
    world.store.balanceTransactions,
    params,
    (transaction) =>
      (params.source === undefined || transaction.source === params.source) &&
      (params.type === undefined || transaction.type === params.type) &&
      (params.currency === undefined || transaction.currency === params.currency),
  );
  return listOf('/v1/balance_transactions', page.data, page.hasMore);
}

export function retrieveBalanceTransaction(world: StripeWorld, id: string): Stripe.BalanceTransaction {
  const transaction = world.store.balanceTransactions.get(id);
  if (transaction === undefined) throw missing('balance transaction', id);
  return transaction;
}
