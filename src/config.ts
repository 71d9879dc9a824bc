import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/**
 * Every setting of the API and the workers, read from the environment once, at start. `.env.example` and
 * `docs/configuration.md` explain each; a wrong value stops the process with the variable's name.
 * The connection to Temporal itself is read by `@temporalio/envconfig` (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
 * TEMPORAL_API_KEY, TEMPORAL_TLS_…), the standard of all Temporal SDKs.
 */

/** What is wrong is said without the value, which may have a password in it. */
const url = (protocols: readonly string[]) =>
  z.string().transform((value, context) => {
    if (!URL.canParse(value)) {
      context.addIssue({ code: 'custom', message: 'is no URL' });
      return z.NEVER;
    }
    const parsed = new URL(value);
    if (!protocols.includes(parsed.protocol)) {
      context.addIssue({ code: 'custom', message: `must begin with ${protocols.map((p) => `${p}//`).join(' or ')}` });
      return z.NEVER;
    }
    // A database may be reached by a socket, which a parameter names.
    if (parsed.hostname === '' && !parsed.searchParams.has('host')) {
      context.addIssue({ code: 'custom', message: 'names no host' });
      return z.NEVER;
    }
    return parsed;
  });

const port = z.coerce.number().int().min(1).max(65_535);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part.length > 0),
);

/** One mailbox, with a name or without, as the mail is sent. */
const mailbox = z.string().refine((value) => {
  const [only, ...others] = addressparser(value);
  return others.length === 0 && z.email().safeParse(only?.address).success;
}, 'must be one address, such as Shop <orders@shop.example>');

/** As `@temporalio/envconfig` reads them, for which any other text is false. */
const temporalSwitch = z.enum(['true', 'false', '1', '0'], 'must be true or false').optional();

/** Long random texts, comma separated: the first is used, the others are still believed. */
const secrets = list.pipe(z.array(z.string().min(32, 'each must have at least 32 characters')).min(1));

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),

  DATABASE_URL: url(['postgres:', 'postgresql:']),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(20),

  TEMPORAL_TLS: temporalSwitch,
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: temporalSwitch,
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('orders'),
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().min(10).max(50_000).default(250),
  WORKER_METRICS_HOST: z.union([z.ipv4(), z.ipv6()], 'must be an IP address of this machine').default('127.0.0.1'),
  WORKER_METRICS_PORT: port.default(9464),

  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port.default(3000),
  PUBLIC_URL: url(['http:', 'https:']).default(new URL('http://127.0.0.1:3000')),
  TEMPORAL_UI_URL: url(['http:', 'https:']).optional(),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(6000),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),

  AUTH_SECRETS: secrets,
  LINK_SECRETS: secrets,
  LINK_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(120),
  SIGN_IN_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(30),
  OIDC_ISSUER: url(['https:', 'http:']).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_NAME: z.string().min(1).default('Single sign-on'),

  STRIPE_API_KEY: z.string().regex(/^(sk|rk)_(test|live)_\w+$/, 'must look like sk_test_… or sk_live_…'),
  STRIPE_API_BASE: url(['http:', 'https:']).default(new URL('https://api.stripe.com')),
  STRIPE_WEBHOOK_SECRETS: list.pipe(z.array(z.string().regex(/^whsec_\S+$/, 'each must look like whsec_…')).min(1)),

  SHIPPO_API_KEY: z.string().regex(/^shippo_(test|live)_\w+$/, 'must look like shippo_test_… or shippo_live_…'),
  SHIPPO_API_BASE: url(['http:', 'https:']).default(new URL('https://api.goshippo.com')),
  SHIPPO_WEBHOOK_TOKEN: z.string().min(16),
  SHIPPO_WEBHOOK_SECRET: z.string().min(16).optional(),
  TRACKING_POLL_AFTER_MINUTES: z.coerce.number().min(1).max(43_200).default(360),

  RECONCILE_EVERY_MINUTES: z.coerce.number().min(1).max(1_440).default(10),
  RECONCILE_DAYS: z.coerce.number().int().min(1).max(365).default(30),

  SMTP_URL: url(['smtp:', 'smtps:']),
  MAIL_FROM: mailbox,
  SUPPORT_EMAIL: z.email(),
  STAFF_EMAIL: z.email().optional(),
  STAFF_LOCALE: z.enum(['en', 'pt-BR']).default('en'),
  STORE_NAME: z.string().min(1).default('Demo Store'),
});

export type Config = Readonly<z.infer<typeof Environment>>;

/** Where the worker answers Prometheus: `host:port`, an IPv6 address in brackets. */
export const metricsAddressOf = ({ WORKER_METRICS_HOST: host, WORKER_METRICS_PORT: port }: Config): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** What could be read; a variable that is wrong by itself is missing here. */
type Readable = Partial<Config>;

/** The mixes that lose real money or fake it: a live key against a local sandbox, a sandbox in production. */
function gatewayProblems(config: Readable): string[] {
  const problems: string[] = [];
  const gateways = [
    ['STRIPE', config.STRIPE_API_KEY, config.STRIPE_API_BASE],
    ['SHIPPO', config.SHIPPO_API_KEY, config.SHIPPO_API_BASE],
  ] as const;
  for (const [name, key, base] of gateways) {
    if (base === undefined) continue;
    const isLive = key?.includes('_live_') === true;
    if (isLive && isLoopback(base))
      problems.push(`${name}_API_BASE: is ${base.host}, a local sandbox, but ${name}_API_KEY is a live key`);
    if (config.NODE_ENV === 'production' && isLoopback(base))
      problems.push(`${name}_API_BASE: is ${base.host}: the sandbox is refused when NODE_ENV=production`);
    if ((isLive || config.NODE_ENV === 'production') && base.protocol !== 'https:')
      problems.push(`${name}_API_BASE: must be https with a live key, and when NODE_ENV=production`);
  }
  return problems;
}

/** Mails carry links to it, and the cookies of a session are secure only where it is https. */
function publicUrlProblems({ NODE_ENV, PUBLIC_URL }: Readable): string[] {
  if (NODE_ENV !== 'production' || PUBLIC_URL === undefined) return [];
  return PUBLIC_URL.protocol === 'https:' && !isLoopback(PUBLIC_URL)
    ? []
    : ['PUBLIC_URL: must be https, and no address of this machine, when NODE_ENV=production'];
}

const OIDC = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const;

function oidcProblems({ NODE_ENV, OIDC_ISSUER: issuer }: Readable, given: NodeJS.ProcessEnv): string[] {
  const missing = OIDC.filter((name) => given[name] === undefined);
  const problems: string[] = [];
  if (missing.length !== 0 && missing.length !== OIDC.length)
    problems.push(...missing.map((name) => `${name}: ${OIDC.join(', ')} are given together, or none of them`));
  const isLocal = issuer !== undefined && isLoopback(issuer) && NODE_ENV !== 'production';
  if (issuer !== undefined && issuer.protocol !== 'https:' && !isLocal) problems.push('OIDC_ISSUER: must be https');
  return problems;
}

/** Reads and checks the environment; throws a {@link ConfigError} that names every wrong variable at once. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means "not set": compose files and CI systems pass empty strings for missing ones.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(Environment.shape)) {
    const { data, error } = setting.safeParse(given[name]);
    if (data !== undefined) read[name] = data;
    for (const issue of error?.issues ?? []) problems.push(`${[name, ...issue.path].join('.')}: ${issue.message}`);
  }
  problems.push(...gatewayProblems(read), ...publicUrlProblems(read), ...oidcProblems(read, given));
  if (problems.length > 0)
    throw new ConfigError(`The configuration is wrong (see .env.example):\n  ${problems.join('\n  ')}`);
  return Object.freeze(read as Config);
}
