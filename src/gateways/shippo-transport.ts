import { HTTPClient } from 'shippo/lib/http.js';
import { Agent, request } from 'undici';

/** How Shippo's SDK reaches Shippo: its own way, by `fetch`, takes the processor several times as long as this one. */

const TIMEOUT_MS = 30_000;

/** Statuses that have no body; `Response` refuses one with them. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Rejects when no answer has begun, or none has gone on, for `timeoutMs`. */
export function createShippoTransport(timeoutMs: number = TIMEOUT_MS): HTTPClient {
  const dispatcher = new Agent({ connect: { timeout: 10_000 }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  return new HTTPClient({
    fetcher: async (input, init) => {
      const asked = input instanceof Request ? input : new Request(input, init);
      const { statusCode, headers, body } = await request(asked.url, {
        dispatcher,
        method: asked.method as 'GET',
        // What would be unpacked by `fetch` comes unpacked.
        headers: { ...Object.fromEntries(asked.headers), 'accept-encoding': 'identity' },
        body: asked.body === null ? null : await asked.text(),
      });
      const text = await body.text();
      const given = Object.entries(headers).flatMap(([name, value = []]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      );
      return new Response(WITHOUT_BODY.has(statusCode) ? null : text, { status: statusCode, headers: given });
    },
  });
}
