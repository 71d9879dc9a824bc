import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { Development } from './development.ts';

/** What the seed of the demo store tells. */
export interface DemoStore {
  readonly apiKey: string;
  /** E-mail address and password of the store's owner. */
  readonly owner: string;
  /** The JSON body of an order that this store accepts. */
  readonly sampleOrder: string;
}

/** What one sees when everything is up: where it is, how to get in, what to try. */
export function readyScreen({
  development: { ports, starts },
  env,
  demo,
  logFolder,
  milliseconds,
}: {
  readonly development: Development;
  readonly env: NodeJS.ProcessEnv;
  readonly demo: DemoStore;
  readonly logFolder: string;
  readonly milliseconds: number;
}): string {
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const api = local(ports.api);
  const places: (readonly [string, string | undefined])[] = [
    ['Dashboard', api],
    ['API', api],
    ['API docs', `${api}/docs`],
    ['Temporal Web UI', starts.temporal ? local(ports.temporalUi) : env.TEMPORAL_UI_URL],
    ['Mail inbox', env.SMTP_URL === `smtp://127.0.0.1:${ports.smtp}` ? `${local(ports.sandbox)}/mail` : env.SMTP_URL],
    ['Sandbox', starts.sandbox ? local(ports.sandbox) : undefined],
    ['PostgreSQL', starts.postgres ? env.DATABASE_URL : undefined],
    ['Owner', `${demo.owner}  (development only)`],
    ['API key', `${demo.apiKey}  (development only)`],
  ];
  return [
    styleText('bold', `durable-orders is ready (${(milliseconds / 1000).toFixed(1)} s)`),
    '',
    ...places
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `  ${name.padEnd(17)}${styleText('cyan', value ?? '')}`),
    '',
    'Try',
    ...firstOrder(api, demo).map((line) => `  ${line}`),
    '  npm run demo',
    '  npm run replay -- examples/orders.jsonl',
    '',
    styleText('dim', `Logs are in ${relative('', logFolder)}. Ctrl-C stops everything.`),
  ].join('\n');
}

/** A command that places an order; the same Idempotency-Key again gives the same order again. */
function firstOrder(api: string, { apiKey, sampleOrder }: DemoStore): string[] {
  return [
    `curl -sS ${api}/v1/orders \\`,
    `  -H 'Authorization: Bearer ${apiKey}' -H 'Idempotency-Key: my-first-order' -H 'Content-Type: application/json' \\`,
    `  -d '${sampleOrder.replaceAll("'", String.raw`'\''`)}'`,
  ];
}
