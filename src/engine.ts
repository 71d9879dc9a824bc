import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import type { Outcome } from './activities/recording.ts';
import type { ActionRequest } from './domain/decide.ts';
import { workflowIdOf } from './domain/keys.ts';
import type { News } from './domain/news.ts';
import { REFUSALS, type RefusalCode } from './domain/refusals.ts';
import {
  actionUpdate,
  newsSignal,
  ORDER_WORKFLOW,
  type PlaceRequest,
  placeUpdate,
  type Recorded,
  recordedSignal,
} from './workflows/messages.ts';

/** How the API and the pumps reach an order's workflow: one start-or-find with each message, so a closed order is reopened from the record. */

export type Engine = {
  /** The engine gives a refusal again under its `updateId`. Throws {@link Unrecordable}, {@link EngineUnavailable}. */
  place(request: PlaceRequest, updateId?: string): Promise<Recorded>;
  /** `updateId` makes a repeated request the same request. Throws {@link ActionRefused}, {@link EngineUnavailable}. */
  act(number: string, request: ActionRequest, updateId: string): Promise<Recorded>;
  /** `seenVersion`: the version of the order in the record on which the news was found to matter. */
  tell(number: string, news: News, seenVersion?: number): Promise<void>;
  /** Tells the order what is in the record already. */
  follow(number: string, outcome: Outcome): Promise<void>;
};

/** The order said no, for a reason of the domain. */
export class ActionRefused extends Error {
  override name = 'ActionRefused';
  readonly code: RefusalCode;
  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** No answer from the engine or its workers in time; whether the message arrived is unknown, and repeating it is safe. */
export class EngineUnavailable extends Error {
  override name = 'EngineUnavailable';
}

/** The record refuses the placement, and will the next time; somebody has to look at it. */
export class Unrecordable extends Error {
  override name = 'Unrecordable';
}

const ORDER_STATUS = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
const ORDER_STORE = defineSearchAttributeKey('OrderStore', 'KEYWORD');

function meaningOf(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    if (type === 'Unrecordable') return new Unrecordable(message);
    if (type != null && type in REFUSALS) return new ActionRefused(type as RefusalCode, message);
  }
  // The client wraps what gRPC throws in most of its calls, and not in all.
  const hasNoAnswer = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError;
  if (hasNoAnswer || isGrpcServiceError(error)) {
    return new EngineUnavailable('The order engine does not answer.', { cause: error });
  }
  return error;
}

export function createEngine(client: Client, taskQueue: string, deadlineMs = 10_000): Engine {
  const options = (number: string, store?: string) => ({
    workflowId: workflowIdOf(number),
    taskQueue,
    args: [number] as [string],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    staticSummary: store === undefined ? number : `${number} · ${store}`,
    ...(store === undefined
      ? {}
      : {
          typedSearchAttributes: [
            { key: ORDER_STATUS, value: 'pending' },
            { key: ORDER_STORE, value: store },
          ],
        }),
  });
  const asking = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, call);
    } catch (error) {
      throw meaningOf(error);
    }
  };
  return {
    place: (request, updateId = 'place') =>
      asking(() =>
        client.workflow.executeUpdateWithStart(placeUpdate, {
          updateId,
          args: [request],
          startWorkflowOperation: new WithStartWorkflowOperation(
            ORDER_WORKFLOW,
            options(request.placement.number, request.placement.store),
          ),
        }),
      ),
    act: (number, request, updateId) =>
      asking(() =>
        client.workflow.executeUpdateWithStart(actionUpdate, {
          updateId,
          args: [request],
          startWorkflowOperation: new WithStartWorkflowOperation(ORDER_WORKFLOW, options(number)),
        }),
      ),
    tell: async (number, news, seenVersion) => {
      const told = { signal: newsSignal, signalArgs: [news, seenVersion] as [News, number?] };
      await asking(() => client.workflow.signalWithStart(ORDER_WORKFLOW, { ...options(number), ...told }));
    },
    follow: async (number, outcome) => {
      const told = { signal: recordedSignal, signalArgs: [outcome] as [Outcome] };
      await asking(() => client.workflow.signalWithStart(ORDER_WORKFLOW, { ...options(number), ...told }));
    },
  };
}
