import type { Order, Return } from './order.ts';
import { DEFAULT_POLICY } from './policy.ts';

/**
 * An order that was recorded, or read into a workflow's history, by an earlier release lacks what orders have had since. It has the
 * defaults of that, so that a workflow which was begun then goes on now.
 */

const SINCE = { substitutions: [] } as const;
const SINCE_IN_RETURNS = { exchangedFor: null, labelDue: false, label: null } as const;

export const ofThisRelease = (order: Order): Order => ({
  ...SINCE,
  ...order,
  policy: { ...DEFAULT_POLICY.order, ...order.policy },
  returns: order.returns.map((one): Return => ({ ...SINCE_IN_RETURNS, ...one })),
});
