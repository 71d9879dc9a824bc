import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire between a client and a server that tests can cut, on 127.0.0.1. */
export interface Proxy {
  /** host:port for clients. */
  readonly address: string;
  /** The server is down: every connection breaks, new ones are refused. */
  cut(): Promise<void>;
  /** The network is down: connections stay and nothing passes, in neither direction. */
  silence(): void;
  /** All is well again; what was silenced arrives now. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

type Pair = { readonly client: Socket; readonly server: Socket };

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** `target` is host:port of the server. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port: targetPort } = new URL(`tcp://${target}`);
  const pairs = new Set<Pair>();
  let silent = false;

  const join = ({ client, server }: Pair): void => {
    client.pipe(server);
    server.pipe(client);
  };
  const server = createServer((client) => {
    const pair = { client, server: connect(Number(targetPort), hostname) };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      pair.client.destroy();
      pair.server.destroy();
    };
    for (const socket of [pair.client, pair.server]) socket.on('error', end).on('close', end);
    if (!silent) join(pair);
  });
  const port = await listen(server, 0);
  const cut = async (): Promise<void> => {
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
    for (const { client } of pairs) client.destroy();
    await closed;
  };
  return {
    address: `127.0.0.1:${port}`,
    cut,
    silence: () => {
      silent = true;
      for (const pair of pairs) {
        pair.client.unpipe(pair.server);
        pair.server.unpipe(pair.client);
      }
    },
    restore: async () => {
      if (!server.listening) await listen(server, port);
      if (silent) for (const pair of pairs) join(pair);
      silent = false;
    },
    close: cut,
  };
}
