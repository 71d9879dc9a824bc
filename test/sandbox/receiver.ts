import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook address that remembers what reached it. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Decides the status to answer with; 200 unless set. */
  answerWith(status: (request: Received) => number): void;
  /** Waits until `done` holds; rejects after `withinMs` with what was received. */
  until(done: (received: readonly Received[]) => boolean, withinMs?: number): Promise<void>;
  clear(): void;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let status: (request: Received) => number = () => 200;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      received.push(one);
      response.writeHead(status(one)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith: (decide) => {
      status = decide;
    },
    until: async (done, withinMs = 5_000) => {
      const deadline = Date.now() + withinMs;
      while (!done(received)) {
        if (Date.now() > deadline) {
          const paths = received.map(({ path, body }) => `${path} ${body.slice(0, 80)}`);
          throw new Error(`Not received within ${withinMs} ms; received:\n${paths.join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    clear: () => {
      received.length = 0;
      status = () => 200;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
