import { readFile } from 'node:fs/promises';
import { ORDER_STATUSES, type OrderStatus, type Role } from '../../src/domain/order.ts';
import { ACTION_NAMES, ACTIONS, type ActionName } from '../../src/domain/transitions.ts';
import { type Change, statusChanges } from './explore.ts';
import { code, codes, page, table } from './markdown.ts';

/** The statuses of an order, and every action on it: `docs/generated/state-machine.md`. */

type Row = {
  readonly doc: string;
  readonly roles: readonly Role[];
  readonly moves: Partial<Record<OrderStatus, OrderStatus | 'same'>>;
  readonly guard?: { readonly name: string };
  readonly available: boolean;
};
const rowOf = (action: ActionName): Row => ACTIONS[action];

/** The files of `src/domain` that the table of actions takes its guards from. */
const GUARDS = ['guards', 'deliveries', 'claims'];

/** Every refusal that a function of the source can give, by its own hand or by a function that it calls. */
function refusalsIn(source: string): (name: string) => readonly string[] {
  const blocks = new Map<string, string>();
  for (const block of source.split(/^(?=(?:export )?(?:const|function) \w+)/m)) {
    const name = /^(?:export )?(?:const|function) (\w+)/.exec(block)?.[1];
    if (name !== undefined) blocks.set(name, block);
  }
  const found = (name: string, seen: Set<string>): string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    const block = blocks.get(name);
    if (block === undefined) throw new Error(`${GUARDS.join(', ')}: there is no function ${name}`);
    const own = [...block.matchAll(/\brefuse\('(\w+)'/g)].map(([, refusal = '']) => refusal);
    const called = [...blocks.keys()].filter((other) => other !== name && new RegExp(`\\b${other}\\(`).test(block));
    return [...own, ...called.flatMap((other) => found(other, seen))];
  };
  return (name) => [...new Set(found(name, new Set()))];
}

function diagram(changes: readonly Change[]): string {
  const ends = ORDER_STATUSES.filter((status) => !changes.some(({ from }) => from === status));
  const reached = ends.filter((status) => changes.some(({ to }) => to === status));
  const ordered = [...changes].sort(
    (a, b) =>
      ORDER_STATUSES.indexOf(a.from) - ORDER_STATUSES.indexOf(b.from) ||
      ORDER_STATUSES.indexOf(a.to) - ORDER_STATUSES.indexOf(b.to),
  );
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> pending: order_placed',
    ...ordered.map(({ from, to, fact }) => `  ${from} --> ${to}: ${fact}`),
    ...reached.map((status) => `  ${status} --> [*]`),
    '```',
  ].join('\n');
}

function matrix(): string {
  const rows = ACTION_NAMES.map((action) => {
    const { moves, available } = rowOf(action);
    const cells = ORDER_STATUSES.map((status) => {
      const target = moves[status];
      return target === undefined ? '' : target === 'same' || target === status ? '✓' : `→ ${target}`;
    });
    return [available ? code(action) : `${code(action)} (later)`, ...cells];
  });
  return table(['', ...ORDER_STATUSES], rows);
}

function actionTable(actions: readonly ActionName[], refusalsOf: (guard: string) => readonly string[]): string {
  const rows = actions.map((action) => {
    const { doc, roles, guard } = rowOf(action);
    return [code(action), doc, roles.join(', '), guard === undefined ? '' : codes(refusalsOf(guard.name))];
  });
  return table(['action', 'what it does', 'who may ask', 'may further be refused with'], rows);
}

export async function statesPage(): Promise<string> {
  const sources = GUARDS.map((name) => readFile(new URL(`../../src/domain/${name}.ts`, import.meta.url), 'utf8'));
  const refusalsOf = refusalsIn((await Promise.all(sources)).join('\n'));
  const built = ACTION_NAMES.filter((action) => rowOf(action).available);
  const later = ACTION_NAMES.filter((action) => !rowOf(action).available);
  const changes = statusChanges();
  const reached = new Set(changes.flatMap(({ from, to }) => [from, to]));
  const unreached = ORDER_STATUSES.filter((status) => !reached.has(status));
  return page(
    'States and actions of an order',
    '`src/domain/transitions.ts` and by trying every action and every news on the domain',
    '## Changes of status',
    'Each arrow is named after the fact on the timeline that makes it. The facts come from actions (below), from gateways and carriers, and from deadlines.',
    diagram(changes),
    ...(unreached.length === 0 ? [] : [`Not reached yet, as what leads there is not built: ${codes(unreached)}.`]),
    '## Which action in which status',
    'A cell names the status that the action leads to; ✓ leaves the status as it is; an empty cell is refused with `wrong_status`. `resolve_exception` does what its resolution says ([exceptions](exceptions.md)). "later": in the model, and refused with `not_yet_available`.',
    matrix(),
    '## Actions',
    'Every action can also be refused with `role_not_allowed`, `wrong_status`, `version_conflict` and `invalid_fields`; all sentences are in [refusals](refusals.md).',
    actionTable(built, refusalsOf),
    '## Not yet available',
    actionTable(later, refusalsOf),
  );
}
