import type { z } from 'zod';
import { type Faults, type Service } from '../faults.ts';
import { Router } from '../http/router.ts';
import { ledgerOf } from '../ledger.ts';
import { SMTP_ROUTES } from '../mail/smtp.ts';
import type { Parts } from '../parts.ts';
import { LABEL_REFUND } from '../shippo/refunds.ts';
import { PURCHASE } from '../shippo/transactions.ts';
import { BOOKING } from '../stripe/charges.ts';
import { DISPUTE_DECIDED } from '../stripe/disputes.ts';
import { REFUND_SETTLES } from '../stripe/refunds.ts';
import { ControlFailure } from './failure.ts';
import * as inputs from './inputs.ts';
import { mail, mails } from './mails.ts';
import { advance, autoAdvance, parcels } from './parcels.ts';
import {
  alter,
  authentication,
  dispute,
  earlyFraudWarning,
  endDispute,
  escalateInquiry,
  expire,
  forgetKeys,
  pay,
  review,
} from './payments.ts';
import { deliveries, release, resend, setAddresses, setMode, status } from './webhooks.ts';

export interface ControlRequest {
  readonly parts: Parts;
  readonly id: string;
  readonly query: URLSearchParams;
  /** Parsed JSON or form. */
  readonly input: unknown;
}

export type ControlHandler = (request: ControlRequest) => unknown;

/** Checks the input first, naming every field that is wrong. */
const taking =
  <S extends z.ZodType>(schema: S, run: (parts: Parts, input: z.output<S>, id: string) => unknown): ControlHandler =>
  ({ parts, input, id }) => {
    const result = schema.safeParse(input);
    if (!result.success) {
      const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
      throw new ControlFailure(400, problems.join('; '));
    }
    return run(parts, result.data, id);
  };

const doing = (run: (parts: Parts, id: string) => unknown): ControlHandler =>
  taking(inputs.nothing, (parts, _input, id) => run(parts, id));

const routesOf = (parts: Parts, service: Service): readonly string[] =>
  service === 'smtp' ? SMTP_ROUTES : (service === 'stripe' ? parts.stripeApi : parts.shippoApi).routes.names();

/** A fault on a route that does not exist would never bite, so it is refused. */
function armFault(parts: Parts, fault: z.output<typeof inputs.faultInput>): ReturnType<Faults['list']> {
  const known = routesOf(parts, fault.service);
  const plain = (route: string): string => route.replace(/:\w+/g, ':');
  if (fault.route !== undefined && !known.some((route) => plain(route) === plain(fault.route ?? ''))) {
    throw new ControlFailure(400, `${fault.service} has no route ${fault.route}; it has ${known.join(', ')}.`);
  }
  parts.faults.arm(fault);
  return parts.faults.list();
}

/** What settles by itself in time settles now; parcels are not moved by this. */
const settle = (parts: Parts): { settled: number } => ({
  settled: parts.agenda.settle([BOOKING, REFUND_SETTLES, DISPUTE_DECIDED, PURCHASE, LABEL_REFUND]),
});

function reset(parts: Parts): { reset: true } {
  parts.stripe.store.clear();
  parts.shippo.store.clear();
  parts.inbox.clear();
  parts.faults.clear();
  parts.agenda.clear();
  parts.stripeWebhooks.reset();
  parts.shippoWebhooks.reset();
  return { reset: true };
}

export const controlRoutes = (): Router<ControlHandler> =>
  new Router<ControlHandler>()
    .on('GET /_sandbox/health', () => ({ ok: true }))
    .on('GET /_sandbox/ledger', ({ parts }) => ledgerOf(parts.stripe.store, parts.shippo.store, parts.inbox))
    .on('POST /_sandbox/reset', doing(reset))
    .on('POST /_sandbox/settle', doing(settle))
    .on('GET /_sandbox/faults', ({ parts }) => parts.faults.list())
    .on('POST /_sandbox/faults', taking(inputs.faultInput, armFault))
    .on(
      'POST /_sandbox/faults/clear',
      doing((parts) => parts.faults.clear()),
    )
    .on('GET /_sandbox/webhooks', ({ parts }) => ({ ...status(parts), deliveries: deliveries(parts) }))
    .on('POST /_sandbox/webhooks', taking(inputs.webhookModeInput, setMode))
    .on('POST /_sandbox/webhooks/release', taking(inputs.releaseInput, release))
    .on('POST /_sandbox/webhooks/resend', taking(inputs.resendInput, resend))
    .on('POST /_sandbox/webhooks/addresses', taking(inputs.addressesInput, setAddresses))
    .on('GET /_sandbox/parcels', ({ parts }) => parcels(parts))
    .on('POST /_sandbox/parcels/advance', taking(inputs.advanceInput, advance))
    .on('POST /_sandbox/auto-advance', taking(inputs.autoAdvanceInput, autoAdvance))
    .on('GET /_sandbox/mail', ({ parts, query }) => mails(parts, query))
    .on('GET /_sandbox/mail/:id', ({ parts, id }) => mail(parts, id))
    .on(
      'POST /_sandbox/mail/clear',
      doing((parts) => parts.inbox.clear()),
    )
    .on(
      'POST /_sandbox/charges/:id/dispute',
      taking(inputs.disputeInput, (parts, input, id) => dispute(parts, id, input)),
    )
    .on('POST /_sandbox/charges/:id/early-fraud-warning', doing(earlyFraudWarning))
    .on('POST /_sandbox/charges/:id/review', doing(review))
    .on(
      'POST /_sandbox/disputes/:id/end',
      taking(inputs.disputeEndInput, (parts, input, id) => endDispute(parts, id, input)),
    )
    .on('POST /_sandbox/disputes/:id/escalate', doing(escalateInquiry))
    .on('POST /_sandbox/idempotency-keys/forget', doing(forgetKeys))
    .on('POST /_sandbox/payment-intents/:id/expire', doing(expire))
    .on(
      'POST /_sandbox/payment-intents/:id/alter',
      taking(inputs.alteredPaymentInput, (parts, input, id) => alter(parts, id, input)),
    )
    .on(
      'POST /_sandbox/payment-intents/:id/authenticate',
      taking(inputs.authenticationInput, (parts, input, id) => authentication(parts, id, input)),
    )
    .on(
      'POST /_sandbox/checkout/:id/pay',
      taking(inputs.cardInput, (parts, input, id) => pay(parts, id, input)),
    );
