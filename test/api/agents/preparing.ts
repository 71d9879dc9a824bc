import { expect } from 'vitest';
import type { ProposalView } from '../../../src/contracts/proposals.ts';
import { type Answer, place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

/** What the tests of proposals begin with. */

let agent: Promise<string> | undefined;
/** A key as an agent is given it. */
export const agentKey = (): Promise<string> => {
  agent ??= system.makeKey('agent', ['orders:read', 'exceptions:read', 'proposals:create', 'proposals:read']);
  return agent;
};

/** A paid order with a bought label, which waits for its carrier. */
export async function labelled(): Promise<string> {
  const number = await place(system);
  await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
  return number;
}

export const prepare = async (number: string, body: object, idempotencyKey?: string): Promise<Answer> =>
  system.call('POST', `/v1/orders/${number}/proposals`, {
    body,
    key: await agentKey(),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

export async function prepared(number: string, body: object): Promise<ProposalView> {
  const answer = await prepare(number, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

type Step = 'confirm' | 'decline';
export const decide = (step: Step, id: string, options: { key?: string; body?: object } = {}): Promise<Answer> =>
  system.call('POST', `/v1/proposals/${id}/${step}`, { body: {}, ...options });

export const act = (number: string, action: string, body: object): Promise<Answer> =>
  system.call('POST', `/v1/orders/${number}/actions/${action}`, { body });
