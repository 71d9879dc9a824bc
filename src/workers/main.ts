import { setFlagsFromString } from 'node:v8';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { type Config, ConfigError, metricsAddressOf, readConfig } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { compileEarly } from '../early-compilation.ts';
import { createEngine } from '../engine.ts';
import { createMailGateway } from '../gateways/mail.ts';
import { createLog } from '../log.ts';
import { createTemporalClient, temporalSettings } from '../temporal.ts';
import { engineLog } from './engine-log.ts';
import { startExceptionSweep } from './exception-sweep.ts';
import { createGateways } from './gateways.ts';
import { startInboxPump } from './inbox-pump.ts';
import { startMailPump } from './mail-pump.ts';
import { startOrderNoticeSweep } from './order-notice-sweep.ts';
import { createOrderWorker } from './order-worker.ts';
import { startPersonMailPump } from './person-mail-pump.ts';
import { pausesOf, startReconciliation } from './reconciliation.ts';
import { startSellerReminderSweep } from './seller-reminder-sweep.ts';
import { startStockAlertSweep } from './stock-alert-sweep.ts';
import { startBackorderSweep, startIntakeSweep, startTrackingSweep } from './sweeps.ts';
import { createWorkflowBooks } from './workflow-books.ts';

/**
 * The engine's SDK notes the call stack of every promise of every workflow, for the Web UI to show. With the usual ten frames
 * that took more processor time than everything else a workflow does; three still tell where an error comes from. It counts
 * for the threads of the workflows, which start later, and not for this one.
 */
setFlagsFromString('--stack-trace-limit=3');
compileEarly();

/** What the mails to people who sign in are made with. */
const peopleMail = ({ AUTH_SECRETS, STORE_NAME, SUPPORT_EMAIL }: Config) => ({
  secrets: AUTH_SECRETS,
  store: STORE_NAME,
  supportEmail: SUPPORT_EMAIL,
});

/** The worker process: orders, the inbox of events, the mails, and the sweeps. Any number of them may run. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog('worker', config.LOG_LEVEL);
  Runtime.install({
    logger: engineLog(log),
    telemetryOptions: {
      // What the native part has to say goes into our log as well.
      logging: { forward: {} },
      metrics: {
        prometheus: {
          bindAddress: metricsAddressOf(config),
          countersTotalSuffix: true,
          useSecondsForDurations: true,
          unitSuffix: true,
        },
      },
    },
  });
  const { db, close } = openDatabase(config.DATABASE_URL, {
    max: config.DATABASE_POOL_SIZE,
    applicationName: 'durable-orders worker',
    onePlan: true,
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  });
  const { connectionOptions, namespace } = temporalSettings();
  const connection = await NativeConnection.connect(connectionOptions);
  const temporal = createTemporalClient();
  const { payments, carriers } = createGateways(config);
  const worker = await createOrderWorker({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    db,
    payments,
    carriers,
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
  });

  const mail = createMailGateway(config.SMTP_URL, config.MAIL_FROM, config.SUPPORT_EMAIL);
  const engine = createEngine(temporal.client, config.TEMPORAL_TASK_QUEUE);
  const listening = { db, engine, stripe: payments.stripe, carriers };
  const mailing = { db, mail, from: config.MAIL_FROM, publicUrl: config.PUBLIC_URL };
  const staff = { staffEmail: config.STAFF_EMAIL, staffLocale: config.STAFF_LOCALE };
  const pumps = [
    startInboxPump(listening, log),
    startMailPump({ ...mailing, linkSecrets: config.LINK_SECRETS, log }),
    startPersonMailPump({ ...mailing, ...peopleMail(config), log }),
    startExceptionSweep({ ...mailing, ...staff, log }),
    startOrderNoticeSweep({ ...mailing, ...staff, log }),
    startStockAlertSweep({ ...mailing, ...staff, log }),
    startSellerReminderSweep({ ...mailing, log }),
    startIntakeSweep(listening, log),
    startBackorderSweep(listening, log),
    startTrackingSweep(listening, log, config.TRACKING_POLL_AFTER_MINUTES),
    startReconciliation({
      ...listening,
      workflows: createWorkflowBooks(temporal.client, config.TEMPORAL_TASK_QUEUE),
      log,
      restSeconds: 60,
      confirmSeconds: 60,
      stuckSeconds: 3_600,
      days: config.RECONCILE_DAYS,
      pauseSecondsOf: pausesOf(config.RECONCILE_EVERY_MINUTES),
    }),
  ];
  log.info({ taskQueue: config.TEMPORAL_TASK_QUEUE }, 'working');
  // The SDK ends the run on SIGINT and SIGTERM, when the steps under way are done.
  await worker.run();
  log.info('stopping');
  await Promise.allSettled(pumps.map((pump) => pump.stop()));
  mail.close();
  await Promise.allSettled([temporal.close(), connection.close(), close()]);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  },
);
