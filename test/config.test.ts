import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

const GIVEN: NodeJS.ProcessEnv = {
  DATABASE_URL: 'postgres://orders@db.shop.example/orders',
  PUBLIC_URL: 'https://orders.shop.example',
  AUTH_SECRETS: '0123456789abcdef0123456789abcdef',
  LINK_SECRETS: 'fedcba9876543210fedcba9876543210',
  STRIPE_API_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRETS: 'whsec_1',
  SHIPPO_API_KEY: 'shippo_test_1',
  SHIPPO_WEBHOOK_TOKEN: '0123456789abcdef',
  SMTP_URL: 'smtps://user:password@smtp.shop.example',
  MAIL_FROM: 'Shop <orders@shop.example>',
  SUPPORT_EMAIL: 'help@shop.example',
};

/** The variables that the refusal names, each once; none when the process starts. */
function refused(more: NodeJS.ProcessEnv): string[] {
  try {
    readConfig({ ...GIVEN, ...more });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...new Set([...error.message.matchAll(/^ {2}([A-Z_]+)[.:]/gm)].map(([, name = '']) => name))];
  }
}

const OWN_HOSTS = [
  '127.0.0.1',
  '127.0.0.2',
  '127.1',
  '2130706433',
  '0.0.0.0',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'stripe.localhost',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:2]',
];

const GATEWAYS = [
  ['STRIPE', 'sk_live_1'],
  ['STRIPE', 'rk_live_1'],
  ['SHIPPO', 'shippo_live_1'],
] as const;

describe.each(GATEWAYS)('%s with %s', (name, live) => {
  const base = `${name}_API_BASE`;
  const key = `${name}_API_KEY`;

  test.each(OWN_HOSTS)('is refused at %s, whatever the protocol', (host) => {
    expect(refused({ [key]: live, [base]: `https://${host}:4010` })).toEqual([base]);
    expect(refused({ [key]: live, [base]: `http://${host}:4010` })).toEqual([base]);
  });

  test.each(OWN_HOSTS)('or without, production is refused at %s', (host) => {
    expect(refused({ NODE_ENV: 'production', [base]: `https://${host}:4010` })).toEqual([base]);
    expect(refused({ [base]: `http://${host}:4010` })).toEqual([]);
  });

  test('goes nowhere without https, and production goes with no key', () => {
    expect(refused({ [key]: live, [base]: 'http://gateway.example' })).toEqual([base]);
    expect(refused({ NODE_ENV: 'production', [base]: 'http://gateway.example' })).toEqual([base]);
    expect(refused({ [base]: 'http://gateway.example' })).toEqual([]);
  });

  test('reaches the vendor, and what is no address of this machine', () => {
    for (const host of ['128.0.0.1', '[::ffff:128.0.0.1]', '[2001:db8::1]', 'localhost.example', 'notlocalhost'])
      expect(refused({ NODE_ENV: 'production', [key]: live, [base]: `https://${host}` })).toEqual([]);
    expect(refused({ NODE_ENV: 'production', [key]: live })).toEqual([]);
  });
});

describe('a provider of sign-in', () => {
  const OIDC = { OIDC_ISSUER: 'https://login.shop.example', OIDC_CLIENT_ID: 'id', OIDC_CLIENT_SECRET: 'secret' };

  test('is given as a whole, or not at all', () => {
    expect(refused(OIDC)).toEqual([]);
    for (const name of Object.keys(OIDC)) expect(refused({ ...OIDC, [name]: '' })).toEqual([name]);
  });

  test('is asked by https, except on the machine of a developer', () => {
    const at = (OIDC_ISSUER: string, NODE_ENV: string) => refused({ ...OIDC, OIDC_ISSUER, NODE_ENV });
    expect(at('http://login.shop.example', 'development')).toEqual(['OIDC_ISSUER']);
    expect(at('http://127.0.0.1:9000', 'development')).toEqual([]);
    expect(at('http://127.0.0.1:9000', 'production')).toEqual(['OIDC_ISSUER']);
  });
});

describe('production is reached by others, by https', () => {
  test.each([
    ['nothing', ''],
    ['no https', 'http://orders.shop.example'],
    ['an address of this machine', 'https://127.0.0.2:3000'],
  ])('PUBLIC_URL: %s', (_, PUBLIC_URL) => {
    expect(refused({ NODE_ENV: 'production', PUBLIC_URL })).toEqual(['PUBLIC_URL']);
    expect(refused({ NODE_ENV: 'development', PUBLIC_URL })).toEqual([]);
  });
});

test.each([
  ['NODE_ENV', 'prod'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_URL', 'postgres:'],
  ['DATABASE_URL', 'postgres:///orders'],
  ['DATABASE_URL', 'mysql://db.shop.example/orders'],
  ['DATABASE_POOL_SIZE', '0'],
  ['TEMPORAL_TLS', 'yes'],
  ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION', 'on'],
  ['MAX_CACHED_WORKFLOWS', '1e9'],
  ['MAX_CACHED_WORKFLOWS', '9'],
  ['WORKER_METRICS_HOST', 'metrics.example'],
  ['API_PORT', '65536'],
  ['PUBLIC_URL', 'orders.shop.example'],
  ['TRUST_PROXY', 'true'],
  ['AUTH_SECRETS', '0123456789abcdef0123456789abcdef,short'],
  ['LINK_SECRETS', 'short'],
  ['STRIPE_API_KEY', 'pk_test_1'],
  ['STRIPE_API_BASE', 'api.stripe.com'],
  ['STRIPE_WEBHOOK_SECRETS', 'whsec_'],
  ['SHIPPO_API_KEY', 'ShippoToken'],
  ['SHIPPO_WEBHOOK_TOKEN', 'short'],
  ['TRACKING_POLL_AFTER_MINUTES', '1e12'],
  ['TRACKING_POLL_AFTER_MINUTES', '0.5'],
  ['RECONCILE_EVERY_MINUTES', '0.000001'],
  ['RECONCILE_EVERY_MINUTES', '1441'],
  ['RECONCILE_DAYS', '366'],
  ['SMTP_URL', 'smtp://'],
  ['SMTP_URL', 'smtp:25'],
  ['MAIL_FROM', 'abc'],
  ['MAIL_FROM', 'Shop <orders@>'],
  ['MAIL_FROM', 'orders@shop.example, other@shop.example'],
  ['SUPPORT_EMAIL', 'help'],
  ['STAFF_LOCALE', 'pt'],
])('%s=%s is refused by its name', (name, value) => {
  expect(refused({ [name]: value })).toEqual([name]);
});

test('all that is wrong is named in one message: missing, wrong by itself, and wrong together', () => {
  const wrong = refused({
    NODE_ENV: 'production',
    PUBLIC_URL: '',
    SUPPORT_EMAIL: '',
    MAIL_FROM: 'abc',
    STRIPE_API_KEY: 'sk_live_1',
    STRIPE_API_BASE: 'http://127.0.0.1:4010',
    OIDC_CLIENT_ID: 'id',
  });
  const names = ['PUBLIC_URL', 'SUPPORT_EMAIL', 'MAIL_FROM', 'STRIPE_API_BASE', 'OIDC_ISSUER', 'OIDC_CLIENT_SECRET'];
  expect(wrong.sort()).toEqual(names.sort());
});

test('what is wrong is named without its value, which may be a secret', () => {
  const given = {
    DATABASE_URL: 'postgres://orders:pa55word@:5432/orders',
    SMTP_URL: 'ftp://shop:pa55word@mail',
    LINK_SECRETS: 'pa55word',
  };
  expect(refused(given).sort()).toEqual(Object.keys(given).sort());
  expect(() => readConfig({ ...GIVEN, ...given })).not.toThrow('pa55word');
});

test('a database is also reached by a socket, and a mail comes from a bare address', () => {
  expect(
    refused({ DATABASE_URL: 'postgres:///orders?host=/run/postgresql', MAIL_FROM: 'orders@shop.example' }),
  ).toEqual([]);
});
