import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Config } from '../config.ts';
import { policyFrom } from '../contracts/policy.ts';
import { findStore } from '../db/catalogue.ts';
import type { Database } from '../db/database.ts';
import type { StorePolicy } from '../domain/policy.ts';
import { createEngine } from '../engine.ts';
import { createGatewayReach } from '../gateway-reach.ts';
import { errorForLog } from '../log.ts';
import type { ApiContext } from './context.ts';
import { dashboardRouter } from './dashboard.ts';
import { docsRouter } from './docs.ts';
import { healthRouter } from './health.ts';
import { createMetrics } from './metrics.ts';
import { createAuth } from './people/auth.ts';
import { authRouter, limitTries } from './people/auth-router.ts';
import { authLinksRouter } from './people/invitations.ts';
import { createSessions } from './people/sessions.ts';
import { answerErrors, notFound } from './problem.ts';
import { v1Router } from './v1.ts';
import { webhooksRouter } from './webhooks.ts';

const REQUEST_ID = /^[\w-]{8,128}$/;

/** Reads policies of stores; a version does not change, so each is read once. */
function createPolicyReader({ db }: Database): ApiContext['policyOf'] {
  const known = new Map<string, StorePolicy>();
  return async (code, version) => {
    const cached = known.get(code);
    if (cached?.order.version === version) return cached;
    const store = await findStore(db, code);
    const policy = store === null ? null : policyFrom(store.policy, store.policyVersion);
    if (policy !== null) known.set(code, policy);
    return policy;
  };
}

/** The addresses in mails let in whoever has them. */
const withoutSecrets = (path: string): string => path.replace(/^(\/(?:track|invitation|reset-password)\/).+/, '$1…');

/** One log line for each request: what and how long, never bodies, queries or keys. */
const logRequests = (log: Logger) =>
  pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    serializers: {
      req: (request: { id: string; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: withoutSecrets(request.url.split('?')[0] ?? ''),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      err: ({ raw }: { raw: Error }) => errorForLog(raw),
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
  });

export type ServerParts = {
  readonly config: Config;
  readonly database: Database;
  readonly temporal: Client;
  readonly log: Logger;
  /** Aborted when the process stops: it is ready no more, and ends what would go on by itself. */
  readonly stopping?: AbortSignal;
};

/** The whole API as an Express application, without a port. */
export function createServer({ config, database, temporal, log, ...parts }: ServerParts): Express {
  const { db, pool } = database;
  const { stopping = new AbortController().signal } = parts;
  const context: ApiContext = {
    config,
    db,
    engine: createEngine(temporal, config.TEMPORAL_TASK_QUEUE),
    gateway: createGatewayReach(config),
    log,
    temporalNamespace: temporal.options.namespace,
    policyOf: createPolicyReader(database),
    stopping,
  };
  const metrics = createMetrics(db, pool);
  const app = express();
  app.disable('x-powered-by').set('trust proxy', config.TRUST_PROXY).set('query parser', 'simple');
  app.use(logRequests(log), (request, response, next) => {
    response.locals.requestId = request.id as string;
    next();
  });
  app.use(metrics.observe, helmet());
  app.use(healthRouter({ db, temporal, log, stopping }));
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  app.use(docsRouter(config));
  app.use('/webhooks', webhooksRouter(context));

  const auth = createAuth({ db, config, log });
  const sessions = createSessions(db, (asked) => auth.api.getSession(asked));
  const tries = limitTries(config);
  app.use('/auth', tries, authRouter({ db, config, log, sessions, handler: auth.handler }));
  app.use('/auth-links', tries, authLinksRouter(context));

  app.use('/v1', v1Router(context, sessions));
  app.use(dashboardRouter(config), notFound, answerErrors(log));
  return app;
}
