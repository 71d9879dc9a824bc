import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import proto from '@temporalio/proto';

export interface TemporalAccess {
  readonly connection: Connection;
  readonly namespace: string;
}

/** The address that is asked, and, where nothing names one, how to name it. */
export const addressIn = ({ address }: { readonly address?: string }): string =>
  address ?? 'localhost:7233 (TEMPORAL_ADDRESS is not set)';

/** Connects as the product's processes will, by the standard TEMPORAL_… settings of `environment`. */
export async function connectTemporal(environment: NodeJS.ProcessEnv): Promise<TemporalAccess> {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars });
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: 10_000 }).catch(
    (error: Error) => {
      throw new Error(`Temporal at ${addressIn(connectionOptions)} does not answer: ${error.message}`);
    },
  );
  return { connection, namespace: namespace ?? 'default' };
}

/** Whether the worker with this process id has asked the queue for work. */
export async function workerPolls(temporal: TemporalAccess, taskQueue: string, pid: number): Promise<boolean> {
  const { pollers } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers.some((poller) => poller.identity?.startsWith(`${pid}@`));
}

/** Whether an HTTP GET is answered with success. */
export async function httpAnswers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
