import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, ServiceError } from '@temporalio/client';
import { createServer } from '../../src/api/server.ts';
import { createLog } from '../../src/log.ts';
import type { System } from './system.ts';

/** A second API beside that of the system, which does what it is asked and loses the engine's answers to it. */
export async function startForgetfulApi(system: System): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { config, database } = system;
  const { connection, options } = system.temporal.client;
  const temporal = new Client({
    connection,
    namespace: options.namespace,
    interceptors: {
      workflow: [
        {
          startUpdateWithStart: async (input, next) => {
            await next(input);
            throw new ServiceError('the answer was lost');
          },
        },
      ],
    },
  });
  const log = createLog('test', config.LOG_LEVEL);
  const server = createHttpServer(createServer({ config, database, temporal, log }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
