import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

/** What one run of a workflow has cost the engine so far. */
export interface RunCost {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly transitions: number;
  readonly historyBytes: number;
  /** Event types in order. */
  readonly events: readonly string[];
  /** Whether the engine still owes the run something: a workflow task, an activity. */
  readonly busy: boolean;
  /** Attempts of the pending workflow task beyond the first. */
  readonly retrying: number;
}

const TYPES = proto.temporal.api.enums.v1.EventType;

/** `WORKFLOW_TASK_FAILED` as `WorkflowTaskFailed`, the name people know from the Web UI. */
function nameOf(type: number | null | undefined): string {
  const screaming = TYPES[type ?? 0] ?? 'EVENT_TYPE_UNSPECIFIED';
  return screaming
    .replace('EVENT_TYPE_', '')
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/** Reads one run; without a `runId` the newest of that workflow. Throws WorkflowNotFoundError when there is none. */
export async function costOf(temporal: Client, workflowId: string, runId?: string): Promise<RunCost> {
  const handle = temporal.workflow.getHandle(workflowId, runId);
  const description = await handle.describe();
  const { raw } = description;
  const history = await temporal.workflow.getHandle(workflowId, description.runId).fetchHistory();
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  return {
    workflowId,
    runId: description.runId,
    status: description.status.name,
    transitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0),
    historyBytes: description.historySize ?? 0,
    events: (history.events ?? []).map((event) => nameOf(event.eventType)),
    busy: raw.pendingWorkflowTask != null || (raw.pendingActivities?.length ?? 0) > 0,
    retrying: attempt - 1,
  };
}

/** Every run of every workflow that the namespace shows, whatever its type. The engine shows a new one after a moment. */
export async function listRuns(temporal: Client, query?: string): Promise<{ workflowId: string; runId: string }[]> {
  const runs: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list(query === undefined ? {} : { query })) {
    runs.push({ workflowId, runId });
  }
  return runs;
}

export const failedTasksOf = (cost: RunCost): number =>
  cost.events.filter((name) => name === 'WorkflowTaskFailed').length + cost.retrying;
