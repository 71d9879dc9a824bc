import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { compileEarly } from '../../src/early-compilation.ts';
import { temporalSettings } from '../../src/temporal.ts';
import { FLOOR_QUEUE } from './floor-messages.ts';

/** The worker process of the floor, with the settings of the order worker that matter for its speed. */

// As the order worker: the SDK keeps the stack of every promise, and shorter ones cost less.
setFlagsFromString('--stack-trace-limit=3');
compileEarly();
Runtime.install({ logger: new DefaultLogger('WARN') });
const { connectionOptions, namespace } = temporalSettings();
const connection = await NativeConnection.connect(connectionOptions);
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: FLOOR_QUEUE,
  workflowsPath: fileURLToPath(new URL('./floor-workflow.ts', import.meta.url)),
  activities: { nothing: async () => {} },
  maxCachedWorkflows: 250,
  maxConcurrentActivityTaskExecutions: 50,
});
await worker.run();
await connection.close();
