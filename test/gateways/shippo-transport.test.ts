import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Shippo } from 'shippo';
import { afterEach, expect, test } from 'vitest';
import { createShippoTransport } from '../../src/gateways/shippo-transport.ts';

/** Our way to Shippo does what `fetch` does, as far as the SDK can tell. */

const PATIENCE_MS = 300;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answering(answer: RequestListener): Promise<string> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const asking = async (url: string, init?: RequestInit): Promise<Response> =>
  createShippoTransport(PATIENCE_MS).request(new Request(url, init));

test('sends what it is given, and gives back what comes', async () => {
  const seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }[] =
    [];
  const url = await answering(async (request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body: await text(request) });
    response.writeHead(201, { 'content-type': 'application/json', 'retry-after': '7', 'x-many': ['a', 'b'] });
    response.end('{"name":"Müller"}');
  });
  const answer = await asking(`${url}/shipments/?page=2`, {
    method: 'POST',
    headers: { authorization: 'ShippoToken secret', 'content-type': 'application/json' },
    body: '{"city":"Köln"}',
  });
  expect([answer.status, answer.ok, answer.headers.get('retry-after'), answer.headers.get('x-many')]).toEqual([
    201,
    true,
    '7',
    'a, b',
  ]);
  expect(await answer.json()).toEqual({ name: 'Müller' });
  expect(seen).toMatchObject([{ method: 'POST', url: '/shipments/?page=2', body: '{"city":"Köln"}' }]);
  expect(seen[0]?.headers).toMatchObject({ authorization: 'ShippoToken secret', 'accept-encoding': 'identity' });
});

test('an answer without a body is one', async () => {
  const url = await answering((_request, response) => response.writeHead(204).end());
  const answer = await asking(url);
  expect([answer.status, await answer.text()]).toEqual([204, '']);
});

test('the SDK finds the status and the words of a refusal', async () => {
  const url = await answering((_request, response) =>
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"detail":"no such carrier"}'),
  );
  const shippo = new Shippo({ apiKeyHeader: 'key', serverURL: url, httpClient: createShippoTransport(PATIENCE_MS) });
  const refusal = shippo.trackingStatus.get('1Z', 'nobody');
  await expect(refusal).rejects.toMatchObject({ statusCode: 400, body: '{"detail":"no such carrier"}' });
});

test.each([
  ['no answer begins', () => {}],
  ['an answer does not go on', (_request, response) => response.writeHead(200, { 'content-length': '9' }).write('{')],
  ['the connection breaks', (request) => request.socket.destroy()],
] as [string, RequestListener][])('it fails when %s', async (_what, answer) => {
  const url = await answering(answer);
  await expect(asking(url)).rejects.toThrow();
});
