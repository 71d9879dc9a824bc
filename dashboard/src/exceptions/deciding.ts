import type { BulkAnswer } from '../../../src/contracts/exceptions.ts';

/** One decision about many exceptions, in as many requests as it takes. */

export type Which = { readonly ids: readonly string[] } | { readonly filter: { readonly kind: string } };
export type Decide = (which: Which) => Promise<BulkAnswer>;
export type Outcome = { readonly resolved: number; readonly refused: number };

const AT_ONCE = 100;

/** `tell` is told of every answer, with the ids that it is about. */
export async function resolveChosen(
  decide: Decide,
  ids: readonly string[],
  tell: (outcome: Outcome, ids: readonly string[]) => void,
): Promise<Outcome> {
  let outcome = { resolved: 0, refused: 0 };
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const these = ids.slice(from, from + AT_ONCE);
    const { resolved, refused } = await decide({ ids: these });
    outcome = { resolved: outcome.resolved + resolved, refused: outcome.refused + refused };
    tell(outcome, these);
  }
  return outcome;
}

/**
 * All of a kind, the oldest first. Those that are refused stay open and are met again, so it ends when an answer has resolved none;
 * and with as many as there were, or what a decision opens anew would be decided on and on.
 */
export async function resolveKind(
  decide: Decide,
  { kind, open }: { readonly kind: string; readonly open: number },
  tell: (outcome: Outcome) => void,
): Promise<Outcome> {
  const refused = new Set<string>();
  let resolved = 0;
  for (;;) {
    const answer = await decide({ filter: { kind } });
    resolved += answer.resolved;
    for (const { id, result } of answer.data) if (result === 'refused') refused.add(id);
    const outcome = { resolved, refused: refused.size };
    tell(outcome);
    if (!answer.more || answer.resolved === 0 || resolved >= open) return outcome;
  }
}
