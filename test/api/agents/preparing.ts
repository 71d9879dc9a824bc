import { expect } from 'vitest';
import type { ProposalView } from '../../../src/contracts/proposals.ts';
import { type Answer, place, untilOrder } from '../../setup/system.ts';
import { personWith } from '../people/browser.ts';
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

let boss: Promise<Record<string, string>> | undefined;
/** The owner, who has signed in. */
export const owner = (): Promise<Record<string, string>> => {
  boss ??= personWith(system, { role: 'owner' });
  return boss;
};

export const staffWith = (...scopes: string[]): Promise<Record<string, string>> =>
  personWith(system, { role: 'staff', scopes });

type Step = 'confirm' | 'decline';
type By = { readonly key?: string; readonly person?: Record<string, string>; readonly body?: object };
/** By the owner, who has signed in, unless somebody else is named. */
export async function decide(step: Step, id: string, { key, person, body = {} }: By = {}): Promise<Answer> {
  const by = key === undefined ? { headers: person ?? (await owner()) } : { key };
  return system.call('POST', `/v1/proposals/${id}/${step}`, { body, ...by });
}

export const act = (number: string, action: string, body: object): Promise<Answer> =>
  system.call('POST', `/v1/orders/${number}/actions/${action}`, { body });
