import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { inject } from 'vitest';
import { skipTime } from './time.ts';

export interface TestEngine {
  readonly client: Client;
  /** For workers. */
  readonly nativeConnection: NativeConnection;
  readonly address: string;
  readonly namespace: string;
  /** A queue that no other test file uses. */
  readonly taskQueue: string;
  close(): Promise<void>;
}

export interface EngineConnectionOptions {
  /** Workflows started by this client skip every wait; default false. See {@link skipTime}. */
  readonly skipTime?: boolean;
  /** host:port of another server, or of a proxy before it; default the run's own. */
  readonly address?: string;
}

/** Connects to the run's Temporal server. Call once for a test file, in beforeAll, and `close` in afterAll. */
export async function connectEngine(options: EngineConnectionOptions = {}): Promise<TestEngine> {
  const address = options.address ?? inject('temporalAddress');
  const namespace = 'default';
  const connection = await Connection.connect({ address, interceptors: options.skipTime === true ? [skipTime] : [] });
  const nativeConnection = await NativeConnection.connect({ address });
  return {
    client: new Client({ connection, namespace }),
    nativeConnection,
    address,
    namespace,
    taskQueue: `test-${randomBytes(6).toString('hex')}`,
    close: async () => {
      await connection.close();
      await nativeConnection.close();
    },
  };
}
