import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { readConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { temporalSettings } from '../../src/temporal.ts';
import { createGateways } from '../../src/workers/gateways.ts';
import { createOrderWorker } from '../../src/workers/order-worker.ts';

/** A worker of its own process, for being killed. Loads everything, says `ready`, and works from the word `go` on. */

async function work(): Promise<void> {
  const config = readConfig();
  // The engine's complaints about the tasks of dead workers are what is wanted here.
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const { connectionOptions, namespace } = temporalSettings();
  const connection = await NativeConnection.connect(connectionOptions);
  const { db } = openDatabase(config.DATABASE_URL, { max: 10, applicationName: 'worker to be killed' });
  const worker = await createOrderWorker({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    db,
    ...createGateways(config),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE'] ?? '' },
  });
  const running = worker.run();
  process.send?.('working');
  await running;
}

process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message === 'go') void work();
});
process.send?.('ready');
