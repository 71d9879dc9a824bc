import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../tools/ports.ts';
import { type Answer, type CallOptions, eventually, type System } from './system.ts';

/** An API in a process of its own, on the database and the engine of the system. */
export type ApiProcess = {
  readonly url: string;
  call(method: string, path: string, options: CallOptions & { readonly key: string }): Promise<Answer>;
  /** Sends SIGTERM, and gives the exit code. */
  stop(): Promise<number | null>;
};

const ENTRY = join(import.meta.dirname, '../../src/api/main.ts');

export async function startApiProcess(system: System): Promise<ApiProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY], {
    env: { ...process.env, ...system.environment, API_PORT: String(port) },
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    () =>
      fetch(`${url}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      ),
    (status) => status === 200,
    60_000,
  );
  return {
    url,
    async call(method, path, { body, key, idempotencyKey, headers }) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          ...headers,
        },
        body: JSON.stringify(body ?? {}),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}
