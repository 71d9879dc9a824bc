import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { code, codes, page, table } from './markdown.ts';

/** What can wait for a person: `docs/generated/exceptions.md`. */
export function exceptionsPage(): string {
  const rows = EXCEPTION_KINDS.map((kind) => {
    const { severity, title, proposal, costOfWaiting, resolutions, dueHours } = EXCEPTIONS[kind];
    return [code(kind), severity, `${dueHours} h`, title, costOfWaiting, proposal, codes(resolutions)];
  });
  return page(
    'Exceptions',
    '`src/domain/exceptions.ts`',
    'What the system cannot do by itself becomes an exception, and the order waits. What each resolution does is in [operations](../operations.md#the-exception-queue).',
    table(
      [
        'kind',
        'severity',
        'due after',
        'what happened',
        'what it costs to wait',
        'what the system proposes',
        'what a person may decide',
      ],
      rows,
    ),
  );
}
