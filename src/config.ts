import { z } from 'zod';

/**
 * Every setting of the API and the workers, read from the environment once, at start. `.env.example` and
 * `docs/configuration.md` explain each; a wrong value stops the process with the variable's name.
 * The connection to Temporal itself is read by `@temporalio/envconfig` (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
 * TEMPORAL_API_KEY, TEMPORAL_TLS_…), the standard of all Temporal SDKs.
 */

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
const isLoopback = (url: URL): boolean => LOOPBACK_HOSTS.has(url.hostname);

const url = (protocols: readonly string[]) =>
  z.string().transform((value, context) => {
    if (!URL.canParse(value)) {
      context.addIssue({ code: 'custom', message: `not a URL: ${JSON.stringify(value)}` });
      return z.NEVER;
    }
    const parsed = new URL(value);
    if (!protocols.includes(parsed.protocol)) {
      context.addIssue({ code: 'custom', message: `must begin with ${protocols.map((p) => `${p}//`).join(' or ')}` });
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

/** Long random texts, comma separated: the first is used, the others are still believed. */
const secrets = list.pipe(z.array(z.string().min(32, 'each must have at least 32 characters')).min(1));

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),

  DATABASE_URL: url(['postgres:', 'postgresql:']),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(20),

  TEMPORAL_TASK_QUEUE: z.string().min(1).default('orders'),
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().min(10).default(1000),
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
  STRIPE_WEBHOOK_SECRETS: list.pipe(z.array(z.string().startsWith('whsec_')).min(1)),

  SHIPPO_API_KEY: z.string().regex(/^shippo_(test|live)_\w+$/, 'must look like shippo_test_… or shippo_live_…'),
  SHIPPO_API_BASE: url(['http:', 'https:']).default(new URL('https://api.goshippo.com')),
  SHIPPO_WEBHOOK_TOKEN: z.string().min(16),
  SHIPPO_WEBHOOK_SECRET: z.string().min(16).optional(),
  TRACKING_POLL_AFTER_MINUTES: z.coerce.number().positive().default(360),

  RECONCILE_EVERY_MINUTES: z.coerce.number().positive().default(10),
  RECONCILE_DAYS: z.coerce.number().int().min(1).max(365).default(30),

  SMTP_URL: url(['smtp:', 'smtps:']),
  MAIL_FROM: z.string().min(3),
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

/** Refuses the mixes that lose real money or fake it: a live key against a local sandbox, a sandbox in production. */
function dangerousMixes(config: Config): string[] {
  const problems: string[] = [];
  const gateways = [
    ['STRIPE', config.STRIPE_API_KEY, config.STRIPE_API_BASE],
    ['SHIPPO', config.SHIPPO_API_KEY, config.SHIPPO_API_BASE],
  ] as const;
  for (const [name, key, base] of gateways) {
    if (key.includes('_live_') && isLoopback(base)) {
      problems.push(`${name}_API_KEY is a live key but ${name}_API_BASE is ${base.host}, a local sandbox`);
    }
    if (config.NODE_ENV === 'production' && isLoopback(base)) {
      problems.push(`${name}_API_BASE is ${base.host}: the sandbox is refused when NODE_ENV=production`);
    }
    if (config.NODE_ENV === 'production' && base.protocol !== 'https:') {
      problems.push(`${name}_API_BASE must be https when NODE_ENV=production`);
    }
  }
  return [...problems, ...oidcProblems(config)];
}

function oidcProblems({ OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET }: Config): string[] {
  const given = [OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET].filter((one) => one !== undefined);
  const problems: string[] = [];
  if (given.length !== 0 && given.length !== 3)
    problems.push('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are given together, or none of them');
  if (OIDC_ISSUER !== undefined && OIDC_ISSUER.protocol !== 'https:' && !isLoopback(OIDC_ISSUER))
    problems.push('OIDC_ISSUER must be https');
  return problems;
}

/** Reads and checks the environment; throws a {@link ConfigError} that names every wrong variable at once. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable means "not set": compose files and CI systems pass empty strings for missing ones.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = Environment.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration is wrong (see .env.example):\n${lines.join('\n')}`);
  }
  const problems = dangerousMixes(result.data);
  if (problems.length > 0) throw new ConfigError(`The configuration is dangerous:\n  ${problems.join('\n  ')}`);
  return Object.freeze(result.data);
}
