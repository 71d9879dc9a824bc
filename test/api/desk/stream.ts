import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { startApiProcess } from '../../setup/api-process.ts';
import { eventually, place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

type Event = {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: { number?: string; types?: string[]; version?: number };
};

const open: AbortController[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.abort();
});

const parsed = (block: string): Event => {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
  return { id: field('id'), event: field('event') ?? '', data: JSON.parse(field('data') ?? '{}') };
};

/** Listens, and keeps what it hears. */
async function listen(key = system.key, lastEventId?: string) {
  const stop = new AbortController();
  open.push(stop);
  const response = await fetch(`${system.url}/v1/stream`, {
    headers: { authorization: `Bearer ${key}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: stop.signal,
  });
  const heard: Event[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      heard.push(...blocks.filter((block) => /^event:/m.test(block)).map(parsed));
    }
  };
  read().catch(() => undefined); // ends when the listener goes away
  const until = (accept: (event: Event) => boolean): Promise<Event> =>
    eventually(
      async () => heard.find(accept),
      (found) => found !== undefined,
    ).then((found) => found as Event);
  await until(({ event }) => event === 'moment' || event === 'reset');
  return { response, heard, until, stop: () => stop.abort() };
}

/** Until no transaction is open that began before this order's last: a moment is before all that are open, also those of others. */
const untilPassed = (number: string): Promise<unknown> =>
  eventually(
    async () => {
      const { rows } = await system.database.pool.query<{ passed: boolean }>(
        `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > max(written) as passed
           from order_event where order_number = $1`,
        [number],
      );
      return rows[0]?.passed;
    },
    (passed) => passed === true,
  );

const of =
  (number: string) =>
  (event: Event): boolean =>
    event.event === 'order' && event.data.number === number;

describe('the stream', () => {
  test('tells of an order as it is placed and moves on', async () => {
    const { response, until } = await listen();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const number = await place(system);
    const first = await until(of(number));
    expect(first.data.types).toContain('order_placed');
    await until((event) => of(number)(event) && event.data.types?.includes('label_bought') === true);
  });

  test('tells whoever comes back what they missed, from the moment they name, and of nothing before', async () => {
    const early = await place(system);
    await untilOrder(system, early, (order) => order.fulfilments.some((one) => one.label !== null));
    await untilPassed(early);
    const before = await listen();
    const moment = before.heard.find(({ id }) => id !== undefined)?.id ?? '';
    before.stop();
    const missed = await place(system);
    await untilOrder(system, missed, (order) => order.fulfilments.some((one) => one.label !== null));
    const after = await listen(system.key, moment);
    await after.until(of(missed));
    expect(after.heard.some(of(early))).toBe(false);
  });

  test('tells a seller the numbers of their own orders and nothing else', async () => {
    await system.call('PUT', '/v1/products/KITE', {
      body: { name: 'Kite', price: '10.00', currency: 'USD', kind: 'service', seller: 'acme' },
    });
    const acme = await listen(await system.makeKey('seller', ['orders:read'], 'acme'));
    const bolt = await listen(await system.makeKey('seller', ['orders:read'], 'bolt'));
    const number = await place(system, { items: [{ sku: 'KITE', quantity: 1, unit_price: '10.00' }], total: '15.00' });
    const other = await place(system);
    const heard = await acme.until(of(number));
    expect(heard.data).toEqual({ number });
    await bolt.until(({ event, id }) => event === 'moment' && Number(id) > Number(bolt.heard[0]?.id));
    expect([...acme.heard, ...bolt.heard].some(of(other))).toBe(false);
    expect(bolt.heard.some(of(number))).toBe(false);
  });

  test('ends when its API stops, which it does not hold up', async () => {
    const api = await startApiProcess(system);
    const headers = { authorization: `Bearer ${system.key}` };
    const { body } = await fetch(`${api.url}/v1/stream`, { headers });
    const began = Date.now();
    const [code] = await Promise.all([api.stop(), text(body as ReadableStream)]);
    expect(code).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
  }, 90_000);

  test('is for those who may read orders', async () => {
    const { status } = await system.call('GET', '/v1/stream', {
      key: await system.makeKey('staff', ['inventory:read']),
    });
    expect(status).toBe(403);
  });
});
