import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What came in. `path` is decoded no further than the URL parser does it; `query` and `body` are as sent. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Ends the connection without an answer, as a broken network would. */
  hangUp(): void;
}

export interface Answer {
  readonly status: number;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** `undefined` means: no answer will come (the call was hung up on purpose). */
export type Responder = (call: Call) => Answer | undefined | Promise<Answer | undefined>;

export interface Listener {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

async function readBody(request: http.IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return 'too large';
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function write(response: http.ServerResponse, answer: Answer): void {
  const body = answer.body ?? '';
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function handle(request: http.IncomingMessage, response: http.ServerResponse, respond: Responder): Promise<void> {
  const body = await readBody(request);
  if (body === 'too large') return write(response, { status: 413, body: 'Request body too large' });
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const answer = await respond({
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body,
    hangUp: () => request.socket.destroy(),
  });
  if (answer !== undefined && !response.destroyed) write(response, answer);
}

/**
 * Serves `respond` on 127.0.0.1 only. Plain node:http, because benchmarks of the product run against it.
 * Port 0 takes a free one. An exception in `respond` answers 500 with its message.
 */
export function listen(port: number, respond: Responder): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response, respond).catch((error: unknown) => {
      // A client that went away while sending is no fault of the sandbox.
      if (response.destroyed || request.destroyed) return;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`sandbox: ${request.method} ${request.url}: ${reason}\n`);
      if (!response.headersSent) write(response, { status: 500, body: `sandbox failure: ${reason}` });
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? new Error(`Port ${port} on 127.0.0.1 is in use`) : error;
      reject(taken);
    });
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as AddressInfo).port;
      resolve({
        port: bound,
        url: `http://127.0.0.1:${bound}`,
        stop: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

export const json = (status: number, value: unknown, headers: http.OutgoingHttpHeaders = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});
