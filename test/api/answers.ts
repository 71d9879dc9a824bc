import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { expect } from 'vitest';
import { createServer } from '../../src/api/server.ts';
import type { Config } from '../../src/config.ts';
import { Problem } from '../../src/contracts/order-view.ts';
import type { Database } from '../../src/db/database.ts';
import { createLog } from '../../src/log.ts';
import type { Answer, System } from '../setup/system.ts';

/** What the tests of the API have in common: reading its answers, and more servers on the same record. */

/** Checks that an answer is a problem of RFC 9457 with this status and code and nothing of our inside, and gives it. */
export function problemOf(answer: Answer, status: number, code: string): Problem {
  expect({ status: answer.status, code: answer.body?.code }, JSON.stringify(answer.body)).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = Problem.strict().parse(answer.body);
  expect(problem.status).toBe(status);
  expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  expect(JSON.stringify(problem)).not.toMatch(/\bat .+:\d+:\d+|node_modules|src\/|select .+ from|insert into/i);
  return problem;
}

/** The wrong fields of a 422 answer, each with its message. */
export const fieldsOf = (answer: Answer): Record<string, string> =>
  Object.fromEntries(
    (problemOf(answer, 422, 'invalid_fields').errors ?? []).map(({ field, message }) => [field, message]),
  );

export type OtherServer = { readonly url: string; close(): Promise<void> };

/** Another API process, so to speak, on the record and the engine of a system. */
export async function serve(
  system: System,
  other: {
    config?: Partial<Config>;
    database?: Database;
    temporal?: Client;
    log?: Logger;
    stopping?: AbortSignal;
    /** Its own address is the public one. */
    isPublic?: boolean;
  } = {},
): Promise<OtherServer> {
  const server = createHttpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on(
    'request',
    createServer({
      config: { ...system.config, ...(other.isPublic === true ? { PUBLIC_URL: new URL(url) } : {}), ...other.config },
      database: other.database ?? system.database,
      temporal: other.temporal ?? system.temporal.client,
      log: other.log ?? createLog('test', 'silent'),
      ...(other.stopping === undefined ? {} : { stopping: other.stopping }),
    }),
  );
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends exactly these bytes; gives the answer with its text as it came. */
export async function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<Answer & { text: string }> {
  const response = await fetch(url, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: /^[[{]/.test(text) ? JSON.parse(text) : text,
  };
}

/** An engine that cannot be reached; calls are not tried again, so that the answer comes at once. */
export async function withoutEngine<Result>(system: System, work: (url: string) => Promise<Result>): Promise<Result> {
  const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 500, interceptors: [] });
  const other = await serve(system, { temporal: new Client({ connection, namespace: 'default' }) });
  try {
    return await work(other.url);
  } finally {
    await other.close();
    await connection.close();
  }
}
