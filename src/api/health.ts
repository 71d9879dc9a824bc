import { type Client, isGrpcServiceError } from '@temporalio/client';
import { Router } from 'express';
import type { Logger } from 'pino';
import type { Db } from '../db/database.ts';
import { isMigrated } from '../db/schema.ts';
import { onceASecond } from './once-a-second.ts';

/** `/healthz`: this process runs. `/readyz`: it can do its work now; says which part cannot, and to the log why. */

const PROBE_MS = 2_000;
const NOT_FOUND = 5;

/** `not prepared`: it answers, but there is nothing in it yet of what this program needs. */
type State = 'ok' | 'not prepared' | 'unreachable';
type Part = { readonly name: string; check(): Promise<boolean> };

async function stateOf({ name, check }: Part, log: Logger): Promise<State> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PROBE_MS);
  });
  try {
    if (await Promise.race([check(), late])) return 'ok';
    log.warn(
      { part: name },
      'a part that every order needs has not been prepared: its migrations or its namespace are missing',
    );
    return 'not prepared';
  } catch (err) {
    log.warn({ err, part: name }, 'a part that every order needs does not answer');
    return 'unreachable';
  } finally {
    clearTimeout(timer);
  }
}

/** With a deadline of its own: a call that is only given up would go on trying behind our back. */
async function hasNamespace(temporal: Client): Promise<boolean> {
  const { namespace } = temporal.options;
  try {
    await temporal.withDeadline(Date.now() + PROBE_MS, () => temporal.workflowService.describeNamespace({ namespace }));
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return false;
    throw error;
  }
}

export type HealthParts = {
  readonly db: Db;
  readonly temporal: Client;
  readonly log: Logger;
  readonly stopping: AbortSignal;
};

export function healthRouter({ db, temporal, log, stopping }: HealthParts): Router {
  const parts: readonly Part[] = [
    { name: 'database', check: () => isMigrated(db) },
    { name: 'temporal', check: () => hasNamespace(temporal) },
  ];
  const states = onceASecond(() =>
    Promise.all(parts.map(async (part) => [part.name, await stateOf(part, log)] as const)),
  );
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const checks = Object.fromEntries(await states());
    const isReady = !stopping.aborted && Object.values(checks).every((state) => state === 'ok');
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ready' : stopping.aborted ? 'stopping' : 'not ready', checks });
  });
  return router;
}
