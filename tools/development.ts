import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Ports of `npm start`; each can be moved by the variable named beside it. */
const PORTS = {
  api: ['API_PORT', 3000],
  workerMetrics: ['WORKER_METRICS_PORT', 9464],
  postgres: ['DEV_POSTGRES_PORT', 5434],
  temporal: ['DEV_TEMPORAL_PORT', 7233],
  temporalUi: ['DEV_TEMPORAL_UI_PORT', 8233],
  stripe: ['SANDBOX_STRIPE_PORT', 4010],
  shippo: ['SANDBOX_SHIPPO_PORT', 4011],
  sandbox: ['SANDBOX_WEB_PORT', 4012],
  smtp: ['SANDBOX_SMTP_PORT', 4025],
} as const;

/** What an endpoint is to be told of (docs/integrations/stripe.md). */
const STRIPE_EVENTS = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'checkout.session.completed',
  'checkout.session.expired',
  'charge.refunded',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'radar.early_fraud_warning.created',
];

/** In the data folder; every start writes it. */
export const SECRETS_FILE = 'dev.json';

export type PortName = keyof typeof PORTS;

/** Secrets made once and kept, so that webhooks and keys of yesterday are still valid today. */
interface Secrets {
  stripeApiKey: string;
  stripeWebhookSecret: string;
  shippoApiKey: string;
  shippoWebhookToken: string;
  authSecret: string;
  linkSecret: string;
  /** Of the demo store's owner, while nobody has changed it. */
  ownerPassword: string;
  /** The development API key that the seed made; empty before the first seed. */
  apiKey: string;
}

export interface Development {
  readonly ports: Readonly<Record<PortName, number>>;
  readonly portVariables: Readonly<Record<PortName, string>>;
  /** Which parts we start; a part given by the environment is used instead. */
  readonly starts: { readonly postgres: boolean; readonly temporal: boolean; readonly sandbox: boolean };
  readonly secrets: Secrets;
  /** For every process of the product. `connections` adds what is known only once servers run. */
  environment(connections: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  sandboxEnvironment(): NodeJS.ProcessEnv;
  keepApiKey(key: string): Promise<void>;
}

const isSet = (name: string): boolean => (process.env[name] ?? '') !== '';

/** Reads what the environment gives and what an earlier start kept in the data folder; makes the rest. */
export async function readDevelopment(dataDir: string): Promise<Development> {
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([name, [variable, standard]]) => [name, portFrom(variable, standard)]),
  ) as Record<PortName, number>;
  const portVariables = Object.fromEntries(
    Object.entries(PORTS).map(([name, [variable]]) => [name, variable]),
  ) as Record<PortName, string>;
  const file = join(dataDir, SECRETS_FILE);
  const secrets = await readSecrets(file);
  const local = (port: PortName) => `http://127.0.0.1:${ports[port]}`;
  const given = {
    stripe: isSet('STRIPE_API_BASE') || isSet('STRIPE_API_KEY'),
    shippo: isSet('SHIPPO_API_BASE') || isSet('SHIPPO_API_KEY'),
    smtp: isSet('SMTP_URL'),
    temporal: isSet('TEMPORAL_ADDRESS') || isSet('TEMPORAL_PROFILE'),
  };
  const defaults: NodeJS.ProcessEnv = {
    API_PORT: String(ports.api),
    WORKER_METRICS_PORT: String(ports.workerMetrics),
    PUBLIC_URL: local('api'),
    AUTH_SECRETS: secrets.authSecret,
    LINK_SECRETS: secrets.linkSecret,
    STRIPE_WEBHOOK_SECRETS: secrets.stripeWebhookSecret,
    SHIPPO_WEBHOOK_TOKEN: secrets.shippoWebhookToken,
    MAIL_FROM: 'Demo Store <orders@demo-store.example>',
    SUPPORT_EMAIL: 'support@demo-store.example',
    ...(given.stripe ? {} : { STRIPE_API_BASE: local('stripe'), STRIPE_API_KEY: secrets.stripeApiKey }),
    ...(given.shippo ? {} : { SHIPPO_API_BASE: local('shippo'), SHIPPO_API_KEY: secrets.shippoApiKey }),
    ...(given.smtp ? {} : { SMTP_URL: `smtp://127.0.0.1:${ports.smtp}` }),
    ...(given.temporal ? {} : { TEMPORAL_UI_URL: local('temporalUi') }),
  };
  const inherited = Object.entries(process.env).filter(
    ([name, value]) => value !== '' && (given.temporal || !isForAnotherServer(name)),
  );
  const environment = (connections: NodeJS.ProcessEnv) => ({
    ...defaults,
    ...Object.fromEntries(inherited),
    ...connections,
  });
  return {
    ports,
    portVariables,
    starts: {
      postgres: !isSet('DATABASE_URL'),
      temporal: !given.temporal,
      sandbox: !(given.stripe && given.shippo && given.smtp),
    },
    secrets,
    environment,
    sandboxEnvironment: () => {
      const env = environment({});
      return {
        ...env,
        SANDBOX_STRIPE_PORT: String(ports.stripe),
        SANDBOX_SHIPPO_PORT: String(ports.shippo),
        SANDBOX_WEB_PORT: String(ports.sandbox),
        SANDBOX_SMTP_PORT: String(ports.smtp),
        SANDBOX_STRIPE_WEBHOOK_URL: `${local('api')}/webhooks/stripe`,
        SANDBOX_STRIPE_WEBHOOK_SECRET: env.STRIPE_WEBHOOK_SECRETS?.split(',')[0]?.trim(),
        SANDBOX_STRIPE_WEBHOOK_EVENTS: env.SANDBOX_STRIPE_WEBHOOK_EVENTS ?? STRIPE_EVENTS.join(','),
        SANDBOX_SHIPPO_WEBHOOK_URL: `${local('api')}/webhooks/shippo?token=${env.SHIPPO_WEBHOOK_TOKEN}`,
        SANDBOX_STATE_FILE: join(dataDir, 'sandbox.json'),
        SANDBOX_AUTO_ADVANCE_SECONDS: env.SANDBOX_AUTO_ADVANCE_SECONDS ?? '15',
      };
    },
    keepApiKey: (apiKey) => writeSecrets(file, { ...secrets, apiKey }),
  };
}

/** TEMPORAL_TLS_…, TEMPORAL_API_KEY and the like, which do not fit the server that we start. */
function isForAnotherServer(variable: string): boolean {
  return /^TEMPORAL_(?!TASK_QUEUE$|UI_URL$|CLI$)/.test(variable);
}

function portFrom(variable: string, standard: number): number {
  const text = process.env[variable] ?? '';
  if (text === '') return standard;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`${variable} is ${JSON.stringify(text)}; it must be a port number from 1 to 65535.`);
  }
  return port;
}

async function readSecrets(file: string): Promise<Secrets> {
  const random = () => randomBytes(24).toString('hex');
  const fresh: Secrets = {
    stripeApiKey: `sk_test_${random()}`,
    stripeWebhookSecret: `whsec_${random()}`,
    shippoApiKey: `shippo_test_${random()}`,
    shippoWebhookToken: random(),
    authSecret: random(),
    linkSecret: random(),
    ownerPassword: randomBytes(12).toString('base64url'),
    apiKey: '',
  };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    const secrets = { ...fresh, ...(JSON.parse(text) as Partial<Secrets>) };
    await writeSecrets(file, secrets);
    return secrets;
  } catch (error) {
    throw new Error(`${file} cannot be used (${(error as Error).message}). Remove it, or begin anew with --fresh.`);
  }
}

async function writeSecrets(file: string, secrets: Secrets): Promise<void> {
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
}
