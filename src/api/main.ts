import { createServer as createHttpServer } from 'node:http';
import { ConfigError, readConfig } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { compileEarly } from '../early-compilation.ts';
import { createLog } from '../log.ts';
import { createTemporalClient } from '../temporal.ts';
import { createServer } from './server.ts';

/** The API process: listens, answers, and on SIGTERM finishes what it has begun before it goes. */

const GRACE_MS = 15_000;

compileEarly();

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog('api', config.LOG_LEVEL);
  const database = openDatabase(config.DATABASE_URL, {
    max: config.DATABASE_POOL_SIZE,
    applicationName: 'durable-orders api',
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  const temporal = createTemporalClient();
  const stopping = new AbortController();
  const server = createHttpServer(
    createServer({ config, database, temporal: temporal.client, log, stopping: stopping.signal }),
  );
  server.keepAliveTimeout = 65_000;
  server.on('error', (error) => {
    log.fatal({ err: error }, `cannot listen on ${config.API_HOST}:${config.API_PORT}`);
    process.exit(1);
  });

  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info('stopping');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    server.close(async () => {
      await Promise.allSettled([temporal.close(), database.close()]);
      process.exit(0);
    });
    // What is answered now leaves its connection open for the next request, which is not to come.
    setInterval(() => server.closeIdleConnections(), 100).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  server.listen(config.API_PORT, config.API_HOST, () =>
    log.info({ host: config.API_HOST, port: config.API_PORT }, 'listening'),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
