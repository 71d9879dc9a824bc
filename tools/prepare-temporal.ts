import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { SEARCH_ATTRIBUTES } from '../src/workflows/search-attributes.ts';
import { registerSearchAttributes } from './engine-attributes.ts';
import { connectTemporal, type TemporalAccess } from './readiness.ts';

/**
 * `npm run temporal:prepare`: gives a Temporal server what the workers need of it: the namespace, when it is missing, and the search
 * attributes. Run before the first worker and after each update; running it again changes nothing.
 */

const HELP = `npm run temporal:prepare -- [--retention-days N]

Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other TEMPORAL_… settings. N (default 30) is how long a server of your own
keeps the history of a workflow that has ended; it is used only when the namespace is made here. Temporal Cloud makes
namespaces in its console.`;

const ANSWERS_WITHIN_MS = 120_000;
const NOT_FOUND = 5;
const DAY_MS = 86_400_000;

/** A server that was just started, or has just made the namespace, answers after some seconds. */
async function patiently<Result>(what: string, attempt: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      console.log(`${what}: ${(error as Error).message.split('\n')[0]}; trying again`);
      await sleep(2_000);
    }
  }
}

async function ensureNamespace({ connection, namespace }: TemporalAccess, retentionDays: number): Promise<string> {
  const { workflowService } = connection;
  try {
    await workflowService.describeNamespace({ namespace });
    return `namespace ${namespace} is there`;
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
  }
  await workflowService.registerNamespace({
    namespace,
    description: 'durable-orders: one workflow for each order',
    workflowExecutionRetentionPeriod: msToTs(retentionDays * DAY_MS),
  });
  return `namespace ${namespace} was made; histories are kept for ${retentionDays} days after an order has ended`;
}

async function prepare(retentionDays: number): Promise<void> {
  const access = await patiently('connecting', () => connectTemporal(process.env));
  try {
    console.log(await patiently('namespace', () => ensureNamespace(access, retentionDays)));
    const { connection, namespace } = access;
    const made = await patiently('search attributes', () =>
      registerSearchAttributes(connection, namespace, SEARCH_ATTRIBUTES),
    );
    console.log(made.length === 0 ? 'search attributes are there' : `search attributes made: ${made.join(', ')}`);
  } finally {
    await access.connection.close();
  }
}

const { values } = parseArgs({
  options: { 'retention-days': { type: 'string', default: '30' }, help: { type: 'boolean' } },
});
const retentionDays = Number(values['retention-days']);
if (values.help === true) console.log(HELP);
else if (!Number.isInteger(retentionDays) || retentionDays < 1) {
  console.error(`--retention-days must be a whole number of days\n\n${HELP}`);
  process.exitCode = 1;
} else await prepare(retentionDays);
