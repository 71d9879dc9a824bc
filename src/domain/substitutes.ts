import { add, type Draft } from './draft.ts';
import { substitutionIdOf } from './keys.ts';
import type { Actor, Line, OfferedLine, Order, Substitution } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';
import { refusalOfReplacement, replaceLines } from './replacing.ts';

/** Another product in place of a short one: offered by staff, taken or declined by the buyer (SPEC.md §3, step 5). */

export const isProposed = ({ status }: Substitution): boolean => status === 'proposed';

/** The one it names, or the only one that waits for an answer. */
export function proposedOf(order: Order, id: string | undefined): Substitution | undefined {
  const waiting = order.substitutions.filter(isProposed);
  return id === undefined && waiting.length === 1 ? waiting[0] : waiting.find((one) => one.id === id);
}

/** Nobody pays more because the store has run out of something: the price of what was ordered is the most. Minor units. */
export const priceOfSubstitute = (line: Line, cataloguePrice: number): number =>
  Math.min(line.unitPrice, cataloguePrice);

/** Goods of the catalogue that may take the place of others, the best first, with how many of them there are. */
export type Candidate = Omit<OfferedLine, 'quantity' | 'unitPrice'> & {
  readonly price: number;
  readonly available: number;
};

/** The first of which there is enough, at the price that is asked for it. */
export function firstSubstitute(
  line: Line,
  quantity: number,
  candidates: readonly Candidate[],
): OfferedLine | undefined {
  const found = candidates.find(({ available }) => available >= quantity);
  if (found === undefined) return undefined;
  const { price, available: _, ...goods } = found;
  return { ...goods, quantity, unitPrice: priceOfSubstitute(line, price) };
}

const replacementOf = ({ line, quantity, offer }: Pick<Substitution, 'line' | 'quantity' | 'offer'>) => ({
  removed: [{ line, quantity }],
  added: [offer],
});

export function refusalOfOffer(order: Order, line: number | undefined, offer: OfferedLine | undefined): Refusal | null {
  if (line === undefined || offer === undefined)
    return refuse('lines_required', 'Name the line and what is offered for it.');
  if (order.substitutions.some((one) => isProposed(one) && one.line === line)) return refuse('substitution_open');
  return refusalOfReplacement(order, replacementOf({ line, quantity: offer.quantity, offer }));
}

export function offerSubstitute(
  draft: Draft,
  at: number,
  actor: Actor,
  line: number,
  offer: OfferedLine,
  note: string | null,
): Draft {
  const id = substitutionIdOf(draft.order.number, draft.order.version + 1);
  const answerBy = at + draft.order.policy.substitutionWithin;
  const { quantity } = offer;
  const substitution = { id, line, quantity, offer, status: 'proposed', note, proposedAt: at, answerBy } as const;
  return add(draft, at, actor, { type: 'substitution_proposed', substitution });
}

/** A yes may come too late: the units have left, or were cancelled. */
export function refusalOfAnswer(order: Order, id: string | undefined, accept: boolean | undefined): Refusal | null {
  const asked = proposedOf(order, id);
  if (asked === undefined) return refuse('substitution_not_found');
  if (accept === undefined) return refuse('lines_required', 'Say whether the substitute is accepted.');
  return accept ? refusalOfReplacement(order, replacementOf(asked)) : null;
}

/** The buyer's yes changes the lines; their no leaves the shortage to the store. */
export function answerSubstitute(
  draft: Draft,
  at: number,
  actor: Actor,
  asked: Substitution,
  accept: boolean,
  note: string | null,
): Draft {
  const answer = accept ? 'accepted' : 'declined';
  const answered = add(draft, at, actor, { type: 'substitution_answered', substitution: asked.id, answer, note });
  if (!accept) return answered;
  const reason = `${asked.offer.name} in place of line ${asked.line}, with the buyer's consent.`;
  return replaceLines(answered, at, actor, { ...replacementOf(asked), reason });
}
