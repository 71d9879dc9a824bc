import { randomUUID } from 'node:crypto';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';

const requests = proto.temporal.api.workflowservice.v1;
const SKIP = { timeSkippingConfig: { enabled: true } };

/** Fields that protobuf merges into a message when they are appended to it. */
const APPENDED = new Map([
  ['StartWorkflowExecution', requests.StartWorkflowExecutionRequest.encode(SKIP).finish()],
  ['SignalWithStartWorkflowExecution', requests.SignalWithStartWorkflowExecutionRequest.encode(SKIP).finish()],
]);

/**
 * Makes every workflow that a connection starts skip its waits: whenever nothing is in flight, the server moves that
 * workflow's clock to its next timer. The SDK has no option for it yet, so this adds the field to its requests.
 */
export const skipTime: Interceptor = (options, nextCall) => {
  const method = options.method_definition.path.split('/').pop() ?? '';
  const appended = APPENDED.get(method);
  if (appended !== undefined) {
    return new InterceptingCall(nextCall(options), {
      sendMessage: (message: Uint8Array, next) => next(Buffer.concat([message, appended])),
    });
  }
  if (method !== 'ExecuteMultiOperation') return new InterceptingCall(nextCall(options));
  return new InterceptingCall(nextCall(options), {
    sendMessage: (message: Uint8Array, next) => {
      const request = requests.ExecuteMultiOperationRequest.decode(message);
      for (const operation of request.operations) {
        if (operation.startWorkflow) operation.startWorkflow.timeSkippingConfig = SKIP.timeSkippingConfig;
      }
      next(Buffer.from(requests.ExecuteMultiOperationRequest.encode(request).finish()));
    },
  });
};

const ARRIVES_WITHIN_MS = 20_000;
const OUTCOME = proto.temporal.api.enums.v1.FastForwardPollingResult;

/**
 * Moves one workflow's clock on by `duration` ('29 days' or milliseconds) and returns when it has got there, or when the
 * workflow has ended before. Timers due on the way fire, in order. Needs no {@link skipTime}.
 */
export async function fastForward(
  handle: WorkflowHandle & { readonly client: WorkflowClient },
  duration: Duration,
): Promise<void> {
  const { connection } = handle.client;
  const namespace = handle.client.options.namespace;
  const id = randomUUID();
  const workflowExecution = { workflowId: handle.workflowId };
  await connection.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    workflowExecutionOptions: {
      timeSkippingConfig: { enabled: true, fastForwardConfig: { id, duration: msToTs(duration) } },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  const deadline = Date.now() + ARRIVES_WITHIN_MS;
  for (;;) {
    const answer = await connection.workflowService.pollWorkflowExecutionTimeSkipping({
      namespace,
      workflowExecution,
      fastForwardId: id,
    });
    if (answer.fastForwardPollingResult === OUTCOME.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED) return;
    if (answer.fastForwardPollingResult === OUTCOME.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED) {
      if ((await handle.describe()).status.name !== 'RUNNING') return;
      throw new Error(`${handle.workflowId} could not be fast-forwarded: ${answer.failedReason}`);
    }
    if (Date.now() > deadline) {
      throw new Error(`${handle.workflowId} did not move on: something in it, such as an activity, is still in flight`);
    }
  }
}
