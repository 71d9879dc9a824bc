import { z } from 'zod';
import { Router } from '../http/router.ts';
import { balanceTransactionListParams, listBalanceTransactions, retrieveBalanceTransaction } from './balance.ts';
import { cancelIntent, cancelParams, captureIntent, captureParams } from './capture.ts';
import { chargeListParams, listCharges, requireCharge } from './charges.ts';
import { expireSession } from './checkout-payment.ts';
import {
  createSession,
  lineItemListParams,
  listLineItems,
  listSessions,
  requireSession,
  sessionListParams,
  sessionParams,
} from './checkout-sessions.ts';
import { confirmById, confirmParams } from './confirmation.ts';
import {
  closeDispute,
  disputeListParams,
  disputeUpdateParams,
  listDisputes,
  requireDispute,
  updateDispute,
} from './disputes.ts';
import { listWarnings, retrieveWarning, warningListParams } from './early-fraud-warnings.ts';
import { eventListParams, listEvents, retrieveEvent } from './events.ts';
import { readParams, texts } from './params.ts';
import {
  createIntent,
  createParams,
  intentListParams,
  listIntents,
  requireIntent,
  updateIntent,
  updateParams,
} from './payment-intents.ts';
import { retrievePaymentMethod } from './payment-methods.ts';
import {
  createRefund,
  listRefunds,
  refundListParams,
  refundParams,
  refundUpdateParams,
  requireRefund,
  updateRefund,
} from './refunds.ts';
import { approveReview, listReviews, requireReview, reviewListParams } from './reviews.ts';
import type { StripeWorld } from './world.ts';

/** Does one call and gives the object or list to answer with, and what to expand in it. `encoded` is the query or the body. */
export type StripeHandler = (
  world: StripeWorld,
  id: string,
  encoded: string,
) => { readonly body: object; readonly expand: readonly string[] | undefined };

const onlyExpand = z.strictObject({ expand: texts.optional() });

/** A call with parameters and, where the path has one, an id. */
const call =
  <S extends z.ZodType<{ expand?: string[] | undefined }>>(
    schema: S,
    run: (world: StripeWorld, params: z.output<S>, id: string) => object,
  ): StripeHandler =>
  (world, id, encoded) => {
    const params = readParams(schema, encoded);
    return { body: run(world, params, id), expand: params.expand };
  };

/** A call that needs nothing but the id. */
const byId = (run: (world: StripeWorld, id: string) => object): StripeHandler =>
  call(onlyExpand, (world, _params, id) => run(world, id));

export const stripeRoutes = (): Router<StripeHandler> =>
  new Router<StripeHandler>()
    .on('POST /v1/payment_intents', call(createParams, createIntent))
    .on('GET /v1/payment_intents', call(intentListParams, listIntents))
    .on('GET /v1/payment_intents/:id', byId(requireIntent))
    .on(
      'POST /v1/payment_intents/:id',
      call(updateParams, (world, params, id) => updateIntent(world, id, params)),
    )
    .on(
      'POST /v1/payment_intents/:id/confirm',
      call(confirmParams, (world, params, id) => confirmById(world, requireIntent(world, id), params)),
    )
    .on(
      'POST /v1/payment_intents/:id/capture',
      call(captureParams, (world, params, id) => captureIntent(world, requireIntent(world, id), params)),
    )
    .on(
      'POST /v1/payment_intents/:id/cancel',
      call(cancelParams, (world, params, id) =>
        cancelIntent(world, requireIntent(world, id), params.cancellation_reason ?? null),
      ),
    )
    .on('POST /v1/checkout/sessions', call(sessionParams, createSession))
    .on('GET /v1/checkout/sessions', call(sessionListParams, listSessions))
    .on('GET /v1/checkout/sessions/:id', byId(requireSession))
    .on('POST /v1/checkout/sessions/:id/expire', byId(expireSession))
    .on(
      'GET /v1/checkout/sessions/:id/line_items',
      call(lineItemListParams, (world, _params, id) => listLineItems(world, id)),
    )
    .on('GET /v1/payment_methods/:id', byId(retrievePaymentMethod))
    .on('GET /v1/charges', call(chargeListParams, listCharges))
    .on('GET /v1/charges/:id', byId(requireCharge))
    .on('POST /v1/refunds', call(refundParams, createRefund))
    .on('GET /v1/refunds', call(refundListParams, listRefunds))
    .on('GET /v1/refunds/:id', byId(requireRefund))
    .on(
      'POST /v1/refunds/:id',
      call(refundUpdateParams, (world, params, id) => updateRefund(world, id, params)),
    )
    .on('GET /v1/disputes', call(disputeListParams, listDisputes))
    .on('GET /v1/disputes/:id', byId(requireDispute))
    .on(
      'POST /v1/disputes/:id',
      call(disputeUpdateParams, (world, params, id) => updateDispute(world, id, params)),
    )
    .on('POST /v1/disputes/:id/close', byId(closeDispute))
    .on('GET /v1/events', call(eventListParams, listEvents))
    .on('GET /v1/events/:id', byId(retrieveEvent))
    .on('GET /v1/balance_transactions', call(balanceTransactionListParams, listBalanceTransactions))
    .on('GET /v1/balance_transactions/:id', byId(retrieveBalanceTransaction))
    .on('GET /v1/radar/early_fraud_warnings', call(warningListParams, listWarnings))
    .on('GET /v1/radar/early_fraud_warnings/:id', byId(retrieveWarning))
    .on('GET /v1/reviews', call(reviewListParams, listReviews))
    .on('GET /v1/reviews/:id', byId(requireReview))
    .on('POST /v1/reviews/:id/approve', byId(approveReview));
