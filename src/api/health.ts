import type { Client } from '@temporalio/client';
import { Router } from 'express';
import { type Db, ping } from '../db/database.ts';

/** `/healthz`: this process runs. `/readyz`: it can do its work now; says which part cannot. */

const PROBE_MS = 2_000;

async function probe(name: string, check: () => Promise<unknown>): Promise<[string, string]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PROBE_MS);
  });
  try {
    await Promise.race([check(), late]);
    return [name, 'ok'];
  } catch (error) {
    return [name, error instanceof Error && error.message !== '' ? error.message : 'unreachable'];
  } finally {
    clearTimeout(timer);
  }
}

export function healthRouter({ db, temporal, stopping }: { db: Db; temporal: Client; stopping: AbortSignal }): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const checks = Object.fromEntries(
      await Promise.all([
        probe('database', () => ping(db)),
        // With a deadline of its own: a call that is only given up would go on trying behind our back.
        probe('temporal', () =>
          temporal.withDeadline(Date.now() + PROBE_MS, () => temporal.workflowService.getSystemInfo({})),
        ),
      ]),
    );
    const isReady = !stopping.aborted && Object.values(checks).every((state) => state === 'ok');
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ready' : stopping.aborted ? 'stopping' : 'not ready', checks });
  });
  return router;
}
