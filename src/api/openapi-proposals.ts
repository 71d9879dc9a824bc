import { z } from 'zod';
import { AuditPage, ListAudit } from '../contracts/audit.ts';
import {
  ConfirmedProposal,
  ConfirmProposal,
  DeclineProposal,
  ListProposals,
  PrepareAction,
  ProposalPage,
  ProposalView,
} from '../contracts/proposals.ts';
import { ANY, ANY_BODY, json, OptionalKey, ok, problems } from './openapi-parts.ts';

/** Prepared actions and the audit log, described. */

const Order = z.object({ number: z.string().meta({ example: 'ORD-7K3M9QX2RT' }) });
const ProposalId = z.object({ id: z.string().meta({ example: 'prop_5f2b8c1d9e3a4b6c7d8e9f01' }) });
const decideProposal = (operationId: string, summary: string, who: string, body: z.ZodType, answer: z.ZodType) => ({
  post: {
    operationId,
    tags: ['Proposals'],
    summary,
    description: `${who}: role owner or staff, with the scope of the action`,
    requestParams: { path: ProposalId },
    requestBody: json(body),
    responses: { ...ok(summary, answer), ...problems(...ANY_BODY, 404, 409) },
  },
});

export const PROPOSAL_PATHS = {
  '/v1/orders/{number}/proposals': {
    post: {
      operationId: 'prepareAction',
      tags: ['Proposals'],
      summary: 'Prepare an action for a person to confirm: decided on the order as it is, and not done',
      description: 'Roles: agent, owner, staff. Refused as the action itself would be refused to staff.',
      requestParams: { path: Order, header: OptionalKey },
      requestBody: json(PrepareAction),
      responses: {
        '201': { description: 'The proposal, with what it would change', ...json(ProposalView) },
        ...problems(...ANY_BODY, 404, 409),
      },
    },
  },
  '/v1/proposals': {
    get: {
      operationId: 'listProposals',
      tags: ['Proposals'],
      summary: 'Proposals, the newest first; programs see their own',
      requestParams: { query: ListProposals },
      responses: { ...ok('One page of proposals', ProposalPage), ...problems(...ANY, 422) },
    },
  },
  '/v1/proposals/{id}': {
    get: {
      operationId: 'getProposal',
      tags: ['Proposals'],
      summary: 'One proposal',
      requestParams: { path: ProposalId },
      responses: { ...ok('The proposal', ProposalView), ...problems(...ANY, 404) },
    },
  },
  '/v1/proposals/{id}/confirm': decideProposal(
    'confirmProposal',
    'Do what is proposed, if the order is still as it was',
    'By a person who has signed in, never by a key',
    ConfirmProposal,
    ConfirmedProposal,
  ),
  '/v1/proposals/{id}/decline': decideProposal(
    'declineProposal',
    'Turn a proposal down',
    'By a person, or by a key',
    DeclineProposal,
    ProposalView,
  ),
  '/v1/audit': {
    get: {
      operationId: 'listAudit',
      tags: ['Audit'],
      summary: 'Who did or tried what, the newest first; for the owner',
      requestParams: { query: ListAudit },
      responses: { ...ok('One page of entries', AuditPage), ...problems(...ANY, 422) },
    },
  },
};
