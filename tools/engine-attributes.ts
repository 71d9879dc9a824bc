import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

const TYPES = proto.temporal.api.enums.v1.IndexedValueType;
const TYPE_OF = {
  Keyword: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
  Int: TYPES.INDEXED_VALUE_TYPE_INT,
  Datetime: TYPES.INDEXED_VALUE_TYPE_DATETIME,
} as const;

export type SearchAttributeTypes = Readonly<Record<string, keyof typeof TYPE_OF>>;

const KNOWN_WITHIN_MS = 30_000;

/**
 * Registers the search attributes that the namespace lacks and waits until the server knows them; returns their names.
 * A development server takes its flags only when its database is new, and a server of somebody else's knows none of ours.
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
  wanted: SearchAttributeTypes,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(wanted).filter(([name]) => customAttributes[name] === undefined);
  if (missing.length === 0) return [];
  await connection.operatorService
    .addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPE_OF[type]])),
    })
    .catch((error: Error) => {
      const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
      throw new Error(
        `Temporal did not register the search attributes of namespace ${namespace} (${error.message}). ` +
          `Let somebody who may run: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      );
    });
  const names = missing.map(([name]) => name);
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    // The server reads its own registration from a cache that it renews every few seconds.
    const query = names.map((name) => `${name} is null`).join(' and ');
    const answered = await connection.workflowService
      .countWorkflowExecutions({ namespace, query })
      .then(() => true)
      .catch((error: Error) => error);
    if (answered === true) return names;
    if (Date.now() > deadline) throw new Error(`The server does not know the new search attributes: ${answered}`);
    await sleep(250);
  }
}
