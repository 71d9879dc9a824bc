import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { createOrderActivities } from '../activities/orders.ts';
import { createPaymentActivities } from '../activities/payments.ts';
import type { CarrierGateway, PaymentGateways } from '../activities/ports.ts';
import { createShippingActivities } from '../activities/shipping.ts';
import type { Db } from '../db/database.ts';
import { preloadedModules } from './preloaded-modules.ts';

/** The worker of the order queue: the workflow, the order's own steps and the partners'. */

export type OrderWorkerParts = {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly db: Db;
  readonly payments: PaymentGateways;
  readonly carriers: CarrierGateway;
  readonly maxCachedWorkflows?: number;
  readonly workflowBundle?: WorkflowBundleOption;
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The bundle made at build time when there is one, else the sources. */
function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> {
  const bundle = here('../workflow-bundle.js');
  if (existsSync(bundle)) return { workflowBundle: { codePath: bundle } };
  const source = here('../workflows/index.ts');
  const workflowsPath = existsSync(source) ? source : here('../workflows/index.js');
  return { workflowsPath, bundlerOptions: { preloadModules: preloadedModules(workflowsPath) } };
}

export function createOrderWorker(parts: OrderWorkerParts): Promise<Worker> {
  const { connection, namespace, taskQueue, db, payments, carriers } = parts;
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    ...(parts.workflowBundle === undefined ? workflowSource() : { workflowBundle: parts.workflowBundle }),
    activities: {
      ...createOrderActivities({ db }),
      ...createPaymentActivities({ db, gateways: payments }),
      ...createShippingActivities({ db, carriers }),
    },
    maxCachedWorkflows: parts.maxCachedWorkflows ?? 250,
    maxConcurrentActivityTaskExecutions: 50,
    // A request for an order whose worker has died goes to another one while the caller still waits for the answer (10 s).
    stickyQueueScheduleToStartTimeout: '5 seconds',
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '40 seconds',
  });
}
