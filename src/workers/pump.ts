import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** A loop that does one batch after another while there is work, and looks again after a pause when there is none. */
export type Pump = { stop(): Promise<void> };

export function startPump(options: {
  readonly name: string;
  readonly log: Logger;
  /** Pause when there was nothing to do. */
  readonly pauseMs: number;
  /** Does one batch; answers how many it did. A throw is logged, and the batch is tried again after a longer pause. */
  readonly batch: () => Promise<number>;
}): Pump {
  const { name, log, pauseMs, batch } = options;
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let done = 0;
      try {
        done = await batch();
        failures = 0;
      } catch (error) {
        failures += 1;
        log.warn({ err: error, pump: name }, 'a batch failed and is tried again');
      }
      if (done > 0) continue;
      const pause = Math.min(pauseMs * 2 ** Math.min(failures, 6), 30_000);
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
