import { type ActionRequest, decideAction } from './decide.ts';
import { evolveAll } from './evolve.ts';
import type { Fact } from './facts.ts';

/**
 * The first fact that this request led to, or would have led to, at the version it expects: to be held against the timeline by whoever
 * lost the answer. `facts` is the whole timeline; null when the order never went beyond that version, or would have refused then.
 */
export function firstFactOf(facts: readonly Fact[], request: ActionRequest): Fact | null {
  const { expectedVersion: version } = request;
  const recorded = version == null ? undefined : facts[version];
  if (version == null || version < 1 || recorded === undefined) return null;
  const fields = { ...request.fields, as_before: recorded.type === 'address_edited' && recorded.reroute !== true };
  const decided = decideAction(evolveAll(undefined, facts.slice(0, version)), { ...request, fields }, recorded.at);
  return decided.ok ? (decided.facts[0] ?? null) : null;
}
