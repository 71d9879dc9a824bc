import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { type Answer, eventually } from '../../setup/system.ts';
import { type OtherServer, problemOf, send, serve } from '../answers.ts';
import { system } from '../api-alone.ts';

const [OLD_SECRET, NEW_SECRET] = ['whsec_testsecret', 'whsec_the_next_one'];
const SHIPPO_SECRET = 'a secret of sixteen or more';

let rotating: OtherServer;
let signing: OtherServer;
beforeAll(async () => {
  rotating = await serve(system, { config: { STRIPE_WEBHOOK_SECRETS: [OLD_SECRET, NEW_SECRET] } });
  signing = await serve(system, { config: { SHIPPO_WEBHOOK_SECRET: SHIPPO_SECRET } });
});
afterAll(async () => {
  await rotating.close();
  await signing.close();
});

let ids = 0;
const newId = (): string => `evt_test_${(ids += 1)}`;
type InboxRow = { event_id: string; type: string; object_id: string | null; deliveries: number; body: unknown };
const inbox = async (eventId: string): Promise<InboxRow[]> =>
  (await system.database.pool.query('select * from inbox where event_id = $1', [eventId])).rows;
const inboxSize = async (): Promise<number> =>
  (await system.database.pool.query('select count(*)::int as n from inbox')).rows[0].n;

/** A refusal that gives nothing away and writes nothing down. */
async function refused(answer: Promise<Answer>, status: number, code: string, before: number): Promise<void> {
  const problem = problemOf(await answer, status, code);
  expect(JSON.stringify(problem)).not.toMatch(/whsec_|test-token|sixteen/);
  expect(await inboxSize()).toBe(before);
}

describe('an event of Stripe', () => {
  const event = (id: string, changes: object = {}) => ({
    ...{ id, object: 'event', type: 'payment_intent.succeeded', created: 1, livemode: false },
    data: { object: { id: 'pi_1', object: 'payment_intent', status: 'succeeded' } },
    ...changes,
  });
  const signed = (payload: string, secret = OLD_SECRET, timestamp = Math.floor(Date.now() / 1000)) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const deliver = (payload: string, signature: string | null, url = system.url) =>
    send(
      `${url}/webhooks/stripe`,
      'POST',
      { 'content-type': 'application/json', ...(signature === null ? {} : { 'stripe-signature': signature }) },
      payload,
    );

  test('is written down as it came and answered, without an API key', async () => {
    const id = newId();
    const payload = JSON.stringify(event(id, { pending_webhooks: 2 }));
    const { status, body } = await deliver(payload, signed(payload));
    expect({ status, body }).toEqual({ status: 200, body: { received: true, duplicate: false } });
    expect(await inbox(id)).toMatchObject([
      { type: 'payment_intent.succeeded', object_id: 'pi_1', deliveries: 1, body: event(id, { pending_webhooks: 2 }) },
    ]);
  });

  test('that comes ten times, at once, is written down once', async () => {
    const id = newId();
    const payload = JSON.stringify(event(id));
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(payload, signed(payload))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
    expect(await inbox(id)).toMatchObject([{ deliveries: 10 }]);
  });

  test('is verified with either secret while one is being replaced', async () => {
    for (const secret of [OLD_SECRET, NEW_SECRET]) {
      const payload = JSON.stringify(event(newId()));
      expect((await deliver(payload, signed(payload, secret), rotating.url)).status).toBe(200);
    }
    const payload = JSON.stringify(event(newId()));
    await refused(deliver(payload, signed(payload, NEW_SECRET)), 401, 'unauthorized', await inboxSize());
  });

  test('that is unsigned, wrongly signed, changed or old is refused', async () => {
    const payload = JSON.stringify(event(newId()));
    const before = await inboxSize();
    const now = Math.floor(Date.now() / 1000);
    const forged = signed(payload, 'whsec_guess');
    for (const signature of [null, '', 'v1=', 't=1', forged, signed(`${payload} `), signed(payload).slice(0, -1)]) {
      await refused(deliver(payload, signature), 401, 'unauthorized', before);
    }
    await refused(deliver(payload.replace('pi_1', 'pi_2'), signed(payload)), 401, 'unauthorized', before);
    await refused(deliver(payload, signed(payload, OLD_SECRET, now - 600)), 401, 'unauthorized', before);
    await refused(deliver(payload, 't=1,v1='), 400, 'bad_request', before);
    await refused(deliver(payload, `t=${now},v0=${forged.split('v1=')[1]}`), 401, 'unauthorized', before);
  });

  test.each(['not json', 'null', '17', '[]', '{}', '{"id":"evt_x"}', '{"id":"evt_x","type":"a.b"}'])(
    'that is none, though signed, is refused: %s',
    async (payload) => {
      await refused(deliver(payload, signed(payload)), 400, 'bad_request', await inboxSize());
    },
  );

  test('that holds what cannot be stored, or an endless id, is refused', async () => {
    const before = await inboxSize();
    for (const body of [event(newId(), { note: 'a\u0000b' }), event('e'.repeat(5000)), event(newId(), { type: 3 })]) {
      const payload = JSON.stringify(body);
      await refused(deliver(payload, signed(payload)), 400, 'bad_request', before);
    }
  });

  test('that is too large or empty is refused', async () => {
    const payload = JSON.stringify(event(newId(), { padding: 'x'.repeat(600_000) }));
    await refused(deliver(payload, signed(payload)), 413, 'payload_too_large', await inboxSize());
    await refused(deliver('', signed('')), 400, 'bad_request', await inboxSize());
  });

  test('about nothing that has an id is kept too', async () => {
    const id = newId();
    const payload = JSON.stringify(event(id, { type: 'balance.available', data: { object: { object: 'balance' } } }));
    expect((await deliver(payload, signed(payload))).status).toBe(200);
    expect(await inbox(id)).toMatchObject([{ type: 'balance.available', object_id: null }]);
  });

  test('is answered only after it is written down', async () => {
    const id = newId();
    const payload = JSON.stringify(event(id));
    const holder = await system.database.pool.connect();
    let answered = false;
    try {
      await holder.query('begin');
      await holder.query('lock table inbox in exclusive mode');
      const answer = deliver(payload, signed(payload)).then((result) => {
        answered = true;
        return result;
      });
      await eventually(
        () => system.database.pool.query("select 1 from pg_locks where relation = 'inbox'::regclass and not granted"),
        ({ rows }) => rows.length > 0,
      );
      expect(answered).toBe(false);
      await holder.query('commit');
      expect((await answer).status).toBe(200);
    } finally {
      holder.release();
    }
    expect(await inbox(id)).toHaveLength(1);
  });

  test('is taken also from an address whose unsigned ones are too many to be answered', async () => {
    const limited = await serve(system, { config: { RATE_LIMIT_PER_MINUTE: 3 } });
    const payload = JSON.stringify(event(newId()));
    const before = await inboxSize();
    const forged = signed(payload, 'whsec_guess');
    for (let times = 0; times < 3; times += 1)
      await refused(deliver(payload, forged, limited.url), 401, 'unauthorized', before);
    await refused(deliver(payload, forged, limited.url), 429, 'too_many_requests', before);
    for (let times = 0; times < 5; times += 1)
      expect((await deliver(payload, signed(payload), limited.url)).status).toBe(200);
    await refused(deliver(payload, null, limited.url), 429, 'too_many_requests', before + 1);
    await limited.close();
  });

  test('while the database is away is answered with 503, so that it is sent again', async () => {
    const database = openDatabase('postgres://nobody@127.0.0.1:1/none');
    const away = await serve(system, { database });
    const payload = JSON.stringify(event(newId()));
    const answer = await deliver(payload, signed(payload), away.url);
    expect(answer.headers.get('retry-after')).toBe('5');
    await refused(Promise.resolve(answer), 503, 'unavailable', await inboxSize());
    await away.close();
    await database.close();
  });
});

describe('an event of Shippo', () => {
  const TOKEN = '?token=test-token-of-shippo';
  const track = (changes: object = {}) => ({
    event: 'track_updated',
    data: {
      ...{ carrier: 'usps', tracking_number: '9205590164917312751089' },
      tracking_status: {
        object_id: newId(),
        status: 'TRANSIT',
        status_details: 'On its way',
        status_date: '2026-11-23T08:00:00Z',
      },
      ...changes,
    },
  });
  const deliver = (
    body: unknown,
    {
      query = TOKEN,
      url = system.url,
      headers = {},
    }: { query?: string; url?: string; headers?: Record<string, string> } = {},
  ) =>
    send(
      `${url}/webhooks/shippo${query}`,
      'POST',
      { 'content-type': 'application/json', ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    );
  const signature = (body: string, secret = SHIPPO_SECRET, time = Math.floor(Date.now() / 1000)) =>
    `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;

  test('is written down once for each step of the parcel', async () => {
    const step = track();
    const id = `track_updated:usps:9205590164917312751089:${step.data.tracking_status.object_id}`;
    const answers = [];
    for (let times = 0; times < 3; times += 1) answers.push(await deliver(step));
    expect(answers.map(({ body }) => body)).toEqual([
      { received: true, duplicate: false },
      { received: true, duplicate: true },
      { received: true, duplicate: true },
    ]);
    expect(await inbox(id)).toMatchObject([{ object_id: '9205590164917312751089', deliveries: 3, body: step }]);
    const before = await inboxSize();
    expect((await deliver(track())).body.duplicate).toBe(false);
    expect(await inboxSize()).toBe(before + 1);
  });

  test('without the right token is refused', async () => {
    const before = await inboxSize();
    const queries = ['', '?token=', '?token=wrong', `${TOKEN}x`, `${TOKEN}&token=x`, '?TOKEN=test-token-of-shippo'];
    for (const query of queries) await refused(deliver(track(), { query }), 401, 'unauthorized', before);
    await refused(deliver('not json', { query: '' }), 401, 'unauthorized', before);
  });

  test('must be signed where a secret is configured, besides the token', async () => {
    const body = JSON.stringify(track());
    const header = (value: string) => ({ 'shippo-auth-signature': value });
    const before = await inboxSize();
    const now = Math.floor(Date.now() / 1000);
    const wrong = [
      {},
      header(''),
      header('t=1'),
      header(signature(body, 'another secret of some length')),
      header(signature(`${body} `)),
      header(signature(body, SHIPPO_SECRET, now - 600)),
      header(signature(body, SHIPPO_SECRET, now + 600)),
      header(signature(body).replace(/t=\d+/, 't=soon')),
    ];
    for (const headers of wrong)
      await refused(deliver(body, { url: signing.url, headers }), 401, 'unauthorized', before);
    const signed = header(signature(body));
    await refused(deliver(body, { url: signing.url, query: '', headers: signed }), 401, 'unauthorized', before);
    expect((await deliver(body, { url: signing.url, headers: signed })).status).toBe(200);
  });

  test.each([
    [{ event: 'track_updated', data: {} }],
    [{ event: 'track_updated', data: { carrier: null, tracking_number: null, tracking_status: null } }],
    [track({ tracking_status: { object_id: null, status: 'TELEPORTED', status_date: null }, extra: [{}] })],
    [track({ tracking_number: 9205, tracking_status: 'TRANSIT', messages: null })],
    [{ event: 'a_new_event', data: { anything: true } }],
  ])('with nulls, unknown words or gaps is kept for later: %j', async (body) => {
    expect((await deliver(body)).status).toBe(200);
  });

  test.each([
    ['not json'],
    ['null'],
    ['[]'],
    ['{}'],
    ['{"event":"track_updated"}'],
    ['{"event":null,"data":{}}'],
    ['"x"'],
  ])('that is none is refused: %s', async (body) => {
    await refused(deliver(body), 400, 'bad_request', await inboxSize());
  });

  test('that holds what cannot be stored, or is too large, is refused', async () => {
    const before = await inboxSize();
    await refused(deliver(track({ note: 'a\u0000b' })), 400, 'bad_request', before);
    await refused(deliver(track({ note: '\ud800' })), 400, 'bad_request', before);
    await refused(deliver(track({ tracking_number: '9'.repeat(5000) })), 400, 'bad_request', before);
    await refused(deliver(track({ note: 'x'.repeat(600_000) })), 413, 'payload_too_large', before);
    await refused(deliver(''), 400, 'bad_request', before);
  });
});

test('the addresses of webhooks take nothing but POST', async () => {
  for (const path of ['/webhooks/stripe', '/webhooks/shippo?token=test-token-of-shippo', '/webhooks']) {
    problemOf(await send(system.url + path, 'GET', {}), 404, 'not_found');
  }
});
