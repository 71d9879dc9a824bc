/** One round trip for many callers: what is asked while one is under way goes together into the next. */

type Caller<Item, Answer> = {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Makes a function of many items one of a single item. It begins after the call of every item in it, so each caller sees what was
 * written before it asked. `run` answers one thing for each item, in their order; when it throws, it is called again with each item alone, so it must be safe to repeat.
 */
export function gathered<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  atMost = 100,
): (item: Item) => Promise<Answer> {
  const waiting: Caller<Item, Answer>[] = [];
  let running = false;

  /** One bad item must not fail those that happened to come with it. */
  const alone = async ({ item, resolve, reject }: Caller<Item, Answer>): Promise<void> => {
    try {
      const [answer] = await run([item]);
      resolve(answer as Answer);
    } catch (error) {
      reject(error);
    }
  };

  const runAll = async (): Promise<void> => {
    running = true;
    // Those who ask in this same turn come along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const callers = waiting.splice(0, atMost);
      try {
        const answers = await run(callers.map(({ item }) => item));
        callers.forEach(({ resolve }, index) => {
          resolve(answers[index] as Answer);
        });
      } catch (error) {
        if (callers.length === 1) callers[0]?.reject(error);
        else await Promise.all(callers.map(alone));
      }
    }
    running = false;
  };

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void runAll();
    });
}

/** The same for each database of the process. */
export function gatheredFor<Key extends object, Item, Answer>(
  run: (key: Key, items: readonly Item[]) => Promise<readonly Answer[]>,
  atMost?: number,
): (key: Key, item: Item) => Promise<Answer> {
  const known = new WeakMap<Key, (item: Item) => Promise<Answer>>();
  return (key, item) => {
    let one = known.get(key);
    if (one === undefined) {
      one = gathered((items) => run(key, items), atMost);
      known.set(key, one);
    }
    return one(item);
  };
}
