import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { OrderView } from '../contracts/order-view.ts';
import { ListOrders } from '../contracts/orders.ts';
import { PrepareAction } from '../contracts/proposals.ts';
import type { Api } from './http-api.ts';

/** The tools an agent is given. Each is one or two requests to the API; what the key may not do is refused there. */

const READS: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
const PREPARES: ToolAnnotations = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };

const number = z
  .string()
  .regex(/^ORD-[0-9A-Z]{10}$/, 'must be an order number such as ORD-7K3M9QX2RT')
  .describe('Order number, such as ORD-7K3M9QX2RT');
const page = {
  cursor: z.string().max(500).optional().describe('next_cursor of the page before'),
  limit: z.int().min(1).max(50).default(20),
};
const filter = ListOrders.shape;

const answered = (value: unknown): CallToolResult => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

/** A refusal is the tool's answer, so that the agent reads why. */
async function answer(ask: () => Promise<unknown>): Promise<CallToolResult> {
  try {
    return answered(await ask());
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }] };
  }
}

function query(fields: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) search.set(name, String(value));
  return search.toString();
}

type ExceptionPage = { readonly data: readonly Readonly<Record<string, unknown>>[] };

/** What an order waits for, in one small answer. */
async function explain(api: Api, order: string) {
  const view = (await api.call('GET', `/v1/orders/${order}`)) as OrderView;
  const exceptions = (await api.call('GET', `/v1/exceptions?${query({ order, limit: 50 })}`)) as ExceptionPage;
  return {
    order: view.number,
    version: view.version,
    status: view.status,
    payment_status: view.payment_status,
    waits_for: view.waiting_for,
    until: view.waiting_until,
    hold: view.hold,
    fraud_review: view.fraud_review,
    exceptions: exceptions.data.map(({ id, kind, severity, summary, proposal, resolutions, opened_at }) => ({
      id,
      kind,
      severity,
      summary,
      proposal,
      allowed_resolutions: resolutions,
      opened_at,
    })),
    lately: view.timeline.slice(-5),
  };
}

export function registerTools(server: McpServer, api: Api): void {
  server.registerTool(
    'find_orders',
    {
      description:
        'Finds orders by a part of their number, the buyer’s e-mail or name, by status or by open exception.',
      inputSchema: {
        q: z.string().min(2).max(200).optional().describe('A part of the number, the e-mail address or the name'),
        status: z
          .string()
          .optional()
          .describe(`Several with commas. ${filter.status.meta()?.description ?? ''}`),
        payment_status: z.string().optional().describe('Several with commas'),
        has_exception: z.enum(['true', 'false']).optional(),
        sort: filter.sort,
        ...page,
      },
      annotations: READS,
    },
    (asked) => answer(() => api.call('GET', `/v1/orders?${query(asked)}`)),
  );
  server.registerTool(
    'get_order',
    {
      description: 'One order with its lines, payments, parcels, returns, refunds, exceptions and timeline.',
      inputSchema: { number },
      annotations: READS,
    },
    (asked) => answer(() => api.call('GET', `/v1/orders/${asked.number}`)),
  );
  server.registerTool(
    'explain_order',
    {
      description:
        'What an order waits for, until when, and which open exceptions stop it, each with what the system proposes and its allowed resolutions.',
      inputSchema: { number },
      annotations: READS,
    },
    (asked) => answer(() => explain(api, asked.number)),
  );
  server.registerTool(
    'list_exceptions',
    {
      description: 'What waits for a person, oldest first, with the resolutions that are allowed.',
      inputSchema: { kind: z.string().max(50).optional(), order: number.optional(), ...page },
      annotations: READS,
    },
    (asked) => answer(() => api.call('GET', `/v1/exceptions?${query(asked)}`)),
  );
  server.registerTool(
    'prepare_action',
    {
      description:
        'Prepares an action on an order for a person to confirm. Nothing happens before that. The answer says what would change: status, money, stock, parcels. To decide an exception prepare resolve_exception with the fields exception and resolution.',
      inputSchema: {
        number,
        action: PrepareAction.shape.action,
        fields: z.record(z.string(), z.unknown()).default({}).describe('The fields of the action, as in /openapi.json'),
        reason: z.string().min(1).max(2000).describe('Why, for the person who decides'),
        expires_in: z.string().max(30).optional().describe('ISO 8601 duration up to P7D; PT24H by default'),
      },
      annotations: PREPARES,
    },
    ({ number: order, ...proposal }) => answer(() => api.call('POST', `/v1/orders/${order}/proposals`, proposal)),
  );
}
