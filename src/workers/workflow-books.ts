import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { workflowIdOf } from '../domain/keys.ts';
import { ORDER_WORKFLOW } from '../workflows/messages.ts';

/** What the engine says of the orders' workflows. Its lists lag behind by a moment; `statusOf` does not. */
export type WorkflowBooks = {
  /** Those of these orders that the list has as running. */
  running(numbers: readonly string[]): Promise<Set<string>>;
  /** `running`, or how it ended, or `gone`. */
  statusOf(number: string): Promise<string>;
  /** A page of the orders that run, and where the next one begins; null: that was the last. */
  page(after: string | null, limit: number): Promise<{ numbers: string[]; next: string | null }>;
};

const numberOf = (workflowId: string): string => workflowId.slice(workflowIdOf('').length);

export function createWorkflowBooks({ workflow, options }: Client, taskQueue: string): WorkflowBooks {
  const isOurs = `WorkflowType = "${ORDER_WORKFLOW}" and TaskQueue = "${taskQueue}" and ExecutionStatus = "Running"`;
  return {
    async running(numbers) {
      if (numbers.length === 0) return new Set();
      const ids = numbers.map((number) => `"${workflowIdOf(number)}"`).join(', ');
      const found = new Set<string>();
      for await (const { workflowId } of workflow.list({ query: `${isOurs} and WorkflowId in (${ids})` }))
        found.add(numberOf(workflowId));
      return found;
    },
    async statusOf(number) {
      try {
        const { status } = await workflow.getHandle(workflowIdOf(number)).describe();
        return status.name.toLowerCase();
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'gone';
        throw error;
      }
    },
    async page(after, limit) {
      const { executions, nextPageToken } = await workflow.workflowService.listWorkflowExecutions({
        namespace: options.namespace,
        query: isOurs,
        pageSize: limit,
        ...(after === null ? {} : { nextPageToken: Buffer.from(after, 'base64') }),
      });
      const numbers = executions.map(({ execution }) => numberOf(execution?.workflowId ?? ''));
      return { numbers, next: nextPageToken.length > 0 ? Buffer.from(nextPageToken).toString('base64') : null };
    },
  };
}
