import { z } from 'zod';
import { ACTION_NAMES, type ActionName } from '../domain/transitions.ts';
import { ActorView, OrderView, WaitingView } from './order-view.ts';
import { PageQuery } from './orders.ts';
import { Duration } from './policy.ts';
import { text } from './text.ts';
import { WRONG } from './wrong.ts';

/** Actions that are prepared by one and confirmed by another. */

const DAY_MS = 86_400_000;
export const EXPIRES_IN_MS = DAY_MS;
const LONGEST_MS = 7 * DAY_MS;

const action = z.enum(ACTION_NAMES as [ActionName, ...ActionName[]]);
const words = text().trim().min(1, WRONG.required).max(2000);

export const PrepareAction = z
  .strictObject({
    action,
    fields: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'The fields of the action, as its own route takes them' }),
    reason: words.meta({ description: 'Why this should be done, for the person who confirms it' }),
    expires_in: Duration.refine((ms) => ms >= 1000 && ms <= LONGEST_MS, 'must be between PT1S and P7D')
      .optional()
      .meta({ description: 'ISO 8601; PT24H when it is left out', example: 'PT2H' }),
  })
  .meta({ id: 'PrepareAction' });

export type PrepareAction = z.infer<typeof PrepareAction>;

export const DeclineProposal = z.strictObject({ note: words.optional() }).meta({ id: 'DeclineProposal' });
export const ConfirmProposal = z.strictObject({}).meta({ id: 'ConfirmProposal' });

export const PROPOSAL_STATUSES = ['open', 'confirmed', 'declined', 'expired', 'void'] as const;

export const ListProposals = z.strictObject({
  status: z.enum(PROPOSAL_STATUSES).optional(),
  order: text().max(20).optional(),
  ...PageQuery,
});

const time = z.string().meta({ format: 'date-time' });
const amount = z.string().meta({ example: '29.99' });
const move = z.object({ from: z.string(), to: z.string() });

export const WouldChange = z.object({
  status: move,
  payment_status: move.nullable().meta({ description: 'Null for sellers' }),
  waits_for: move.extend({
    waiting: WaitingView.meta({ description: 'What `to` says, for programs and translations' }),
  }),
  facts: z.array(z.object({ type: z.string(), reason: z.string().nullable() })),
  money: z.object({ currency: z.string(), refund: amount, released: amount, credit: amount }),
  stock: z.array(z.object({ line: z.int(), sku: z.string(), released: z.int(), restocked: z.int() })),
  parcels: z.array(z.object({ id: z.string(), from: z.string().nullable(), to: z.string() })),
});
export type WouldChange = z.infer<typeof WouldChange>;

/** What an action would do to the order, which is at this version. */
export const ActionPreview = z.object({ version: z.int(), would_change: WouldChange }).meta({ id: 'ActionPreview' });
export type ActionPreview = z.infer<typeof ActionPreview>;

export const ProposalView = z
  .object({
    id: z.string().meta({ example: 'prop_5f2b8c1d9e3a4b6c7d8e9f01' }),
    order: z.string(),
    order_version: z.int(),
    action,
    fields: z.record(z.string(), z.unknown()),
    reason: z.string(),
    would_change: WouldChange,
    status: z.enum(PROPOSAL_STATUSES),
    prepared_by: ActorView,
    confirmed_by: ActorView.nullable(),
    declined_by: ActorView.nullable(),
    note: z.string().nullable(),
    created_at: time,
    expires_at: time,
    decided_at: time.nullable(),
  })
  .meta({ id: 'Proposal' });
export type ProposalView = z.infer<typeof ProposalView>;

export const ProposalPage = z
  .object({ data: z.array(ProposalView), next_cursor: z.string().nullable() })
  .meta({ id: 'ProposalPage' });
export type ProposalPage = z.infer<typeof ProposalPage>;
export const ConfirmedProposal = z
  .object({ proposal: ProposalView, order: OrderView })
  .meta({ id: 'ConfirmedProposal' });
