import { describe, expect, test } from 'vitest';
import { type Outcome, resolveChosen, resolveKind, type Which } from '../../dashboard/src/exceptions/deciding.ts';
import type { BulkAnswer } from '../../src/contracts/exceptions.ts';

/** A decision about many exceptions, on a queue that answers as the API does: the oldest first, so many at once. */

function queueOf(open: string[], refuses: (id: string) => boolean = () => false, opensAnew = false) {
  const requests: Which[] = [];
  const decide = async (which: Which): Promise<BulkAnswer> => {
    requests.push(which);
    const chosen = 'ids' in which ? which.ids : open.slice(0, 200);
    const more = !('ids' in which) && open.length > 200;
    const data = chosen.map((id) => ({
      id,
      order: null,
      result: refuses(id) ? ('refused' as const) : ('resolved' as const),
    }));
    for (const { id, result } of data)
      if (result === 'resolved') {
        open.splice(open.indexOf(id), 1);
        if (opensAnew) open.push(`${id}'`);
      }
    const resolved = data.filter(({ result }) => result === 'resolved').length;
    return { resolved, refused: data.length - resolved, more, data };
  };
  return { decide, requests, open };
}
const ids = (count: number): string[] => Array.from({ length: count }, (_, no) => `BOOKS/x${no}`);

describe('all of a kind', () => {
  const decideAll = (queue: ReturnType<typeof queueOf>, told: Outcome[] = []) =>
    resolveKind(queue.decide, { kind: 'label_failed', open: queue.open.length }, (now) => told.push(now));

  test('are resolved in as many requests as it takes, and each answer is told', async () => {
    const queue = queueOf(ids(450));
    const told: Outcome[] = [];
    expect(await decideAll(queue, told)).toEqual({ resolved: 450, refused: 0 });
    expect(told.map(({ resolved }) => resolved)).toEqual([200, 400, 450]);
    expect(queue.requests).toEqual(Array(3).fill({ filter: { kind: 'label_failed' } }));
  });

  test('that are refused are counted once, and it ends when no other is left', async () => {
    const queue = queueOf(ids(300), (id) => Number(id.slice(7)) < 220);
    expect(await decideAll(queue)).toEqual({ resolved: 0, refused: 200 });
    expect(queue.requests).toHaveLength(1);
    const fewer = queueOf(ids(300), (id) => Number(id.slice(7)) < 150);
    expect(await decideAll(fewer)).toEqual({ resolved: 150, refused: 150 });
  });

  test('that the decision opens anew are not decided on and on', async () => {
    const queue = queueOf(ids(250), undefined, true);
    expect((await decideAll(queue)).resolved).toBe(400);
    expect(queue.requests).toHaveLength(2);
  });
});

test('those that were chosen are named by their ids, a hundred at once', async () => {
  const queue = queueOf(ids(230));
  const told: number[] = [];
  const outcome = await resolveChosen(queue.decide, ids(230), (_, decided) => told.push(decided.length));
  expect([outcome, told]).toEqual([{ resolved: 230, refused: 0 }, [100, 100, 30]]);
});
