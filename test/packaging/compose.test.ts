import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, metricsAddressOf, readConfig } from '../../src/config.ts';

/** docker-compose.yml, held against what the product needs. It is read as Compose reads it; no container runs here. */

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');

type Service = {
  readonly image: string;
  readonly user: string;
  readonly restart: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
};

const compose = parse(await read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const isJob = ({ restart }: Service): boolean => restart.startsWith('on-failure');
const environments = services.flatMap(([name, { environment = {} }]) =>
  Object.entries(environment).map(([variable, value]) => ({ name, variable, value })),
);

/** What `${NAME:?why}`, `${NAME:-standard}` and `${NAME}` become; throws for a missing NAME that must be given. */
const interpolate = (text: string, given: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, sign: string | undefined, rest = '') => {
    const value = given[name] ?? '';
    if (value === '' && sign === '?') throw new Error(`${name} is missing: ${rest}`);
    return value === '' ? rest : value;
  });

const mustBeGiven = new Set(
  environments.flatMap(({ value }) => [...value.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name)),
);

test('there are the parts of the system, and nothing runs that is not one of them', () => {
  expect(services.map(([name]) => name).sort()).toEqual([
    ...['api', 'migrate', 'orders-db', 'temporal', 'temporal-db', 'temporal-prepare', 'temporal-schema', 'temporal-ui'],
    'worker',
  ]);
});

describe.each(services)('%s', (name, service) => {
  test('is not root, may not become root, and cannot change its own files', () => {
    expect(service.user).toMatch(/^(postgres|temporal|node)$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  test('has a pinned image', () => {
    expect(service.image).toMatch(/^(durable-orders:\$\{DURABLE_ORDERS_VERSION:-local\}|[\w/-]+:\d+\.\d+(\.\d+)?)$/);
  });

  test('is checked while it runs, or is waited for until it has ended', () => {
    if (isJob(service)) {
      expect(service.healthcheck).toEqual({ disable: true });
      const waiting = services.filter(
        ([, other]) => other.depends_on?.[name]?.condition === 'service_completed_successfully',
      );
      expect(waiting.length).toBeGreaterThan(0);
    } else {
      expect(service.restart).toBe('unless-stopped');
      expect(service.healthcheck.test?.[0]).toBe('CMD');
    }
  });

  test('waits for what it needs by its health, never only by its start', () => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[needed];
      expect(condition).toBe(
        other !== undefined && isJob(other) ? 'service_completed_successfully' : 'service_healthy',
      );
    }
  });

  test('publishes ports to this machine only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('mounts files that exist, read-only, and volumes that are declared', async () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      if (!source.startsWith('./')) expect(compose.volumes).toHaveProperty(source);
      else {
        expect(mode).toBe('ro');
        await access(join(ROOT, source));
      }
    }
  });

  test('runs programs that the build makes', async () => {
    const program = service.command?.find((part) => part.startsWith('dist/'));
    if (program !== undefined) await access(join(ROOT, program.replace(/^dist\/(.*)\.js$/, '$1.ts')));
  });
});

test('no secret has a value or a default of its own', () => {
  const secrets = environments.filter(({ variable }) => /PASSWORD|PWD|SECRET|TOKEN|KEY|_URL$/.test(variable));
  expect(secrets.length).toBeGreaterThan(10);
  for (const { name, variable, value } of secrets) {
    const withoutReferences = value.replace(/\$\{\w+:\?[^}]+\}/g, '').replace(/\$\{\w+:-\}/g, '');
    const rest = withoutReferences.replace('postgres://durable_orders:@orders-db:5432/durable_orders', '');
    expect(rest, `${name} ${variable}`).toBe('');
  }
});

test('docker/env.example names what must be given, and gives none of it', async () => {
  const lines = (await read('docker/env.example')).split('\n').filter((line) => /^[A-Z_]+=/.test(line));
  expect(lines.map((line) => line.split('=')[0] ?? '').sort()).toEqual([...mustBeGiven].sort());
  expect(lines.filter((line) => !line.endsWith('='))).toEqual([]);
});

describe('the settings of the product', () => {
  const GIVEN: Readonly<Record<string, string>> = {
    POSTGRES_PASSWORD: 'a1',
    ORDERS_DB_PASSWORD: 'b2',
    TEMPORAL_DB_PASSWORD: 'c3',
    PUBLIC_URL: 'https://orders.shop.example',
    AUTH_SECRETS: '0123456789abcdef0123456789abcdef',
    LINK_SECRETS: 'fedcba9876543210fedcba9876543210',
    STRIPE_API_KEY: 'sk_live_1',
    STRIPE_WEBHOOK_SECRETS: 'whsec_1,whsec_2',
    SHIPPO_API_KEY: 'shippo_live_1',
    SHIPPO_WEBHOOK_TOKEN: '0123456789abcdef',
    SMTP_URL: 'smtps://user:password@smtp.example.com',
    MAIL_FROM: 'Shop <orders@shop.example>',
    SUPPORT_EMAIL: 'help@shop.example',
  };
  const environmentOf = (name: string, given = GIVEN): Record<string, string> =>
    Object.fromEntries(
      environments
        .filter((one) => one.name === name)
        .map(({ variable, value }) => [variable, interpolate(value, given)]),
    );
  /** Not to be set here: the image listens where its health check asks, and production knows no other vendors. */
  const FIXED = ['API_PORT', 'WORKER_METRICS_PORT', 'STRIPE_API_BASE', 'SHIPPO_API_BASE'];

  test.each(['api', 'worker'])('%s starts with what is given, as production', (name) => {
    expect(readConfig(environmentOf(name))).toMatchObject({ NODE_ENV: 'production', STRIPE_API_KEY: 'sk_live_1' });
  });

  test.each(['api', 'worker'])('%s is not started without any of them', (name) => {
    let message = '';
    try {
      readConfig({});
    } catch (error) {
      if (error instanceof ConfigError) message = error.message;
    }
    const required = [...message.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, setting = '']) => setting);
    expect(required.length).toBeGreaterThan(5);
    expect(Object.keys(environmentOf(name))).toEqual(expect.arrayContaining(required));
    for (const missing of mustBeGiven) {
      if (!environments.some((one) => one.name === name && one.value.includes(`{${missing}:?`))) continue;
      expect(() => environmentOf(name, { ...GIVEN, [missing]: '' })).toThrow(`${missing} is missing`);
    }
  });

  test('every setting can be given', () => {
    const settings = Object.keys(readConfig(environmentOf('api')));
    const passed = new Set([...Object.keys(environmentOf('api')), ...Object.keys(environmentOf('worker'))]);
    expect(settings.filter((setting) => !passed.has(setting) && !FIXED.includes(setting))).toEqual([]);
  });

  test('a Prometheus in another container reaches the worker, and elsewhere only one on the same machine does', () => {
    const addressWith = (more: Record<string, string>) =>
      metricsAddressOf(readConfig({ ...environmentOf('worker'), ...more }));
    expect(addressWith({})).toBe('0.0.0.0:9464');
    expect(addressWith({ WORKER_METRICS_HOST: '' })).toBe('127.0.0.1:9464');
    expect(addressWith({ WORKER_METRICS_HOST: '::' })).toBe('[::]:9464');
    expect(() => addressWith({ WORKER_METRICS_HOST: 'metrics.example' })).toThrow('WORKER_METRICS_HOST: must be an IP');
  });

  test('API, workers and preparation speak of one namespace and one queue', () => {
    const engine = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_TASK_QUEUE'] as const;
    const of = (name: string) => engine.map((variable) => environmentOf(name)[variable]);
    expect(of('worker')).toEqual(of('api'));
    expect(of('temporal-prepare')).toEqual(of('api'));
  });
});
