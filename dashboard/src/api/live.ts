import type { OrderNewsView } from '../../../src/contracts/desk.ts';
import { alone } from './alone.ts';

/**
 * News of orders as they happen. Of all tabs of a browser one listens to the server and tells the others: a browser keeps only six
 * connections to a host, and a person with ten orders open has more tabs than that.
 */

export type News = { readonly kind: 'order'; readonly order: OrderNewsView } | { readonly kind: 'reset' };
export type Connection = 'live' | 'lost';
type Told = { readonly news: News } | { readonly connection: Connection } | { readonly hello: true };

type Hear = { readonly news: (news: News) => void; readonly connection: (connection: Connection) => void };

const CHANNEL = 'durable-orders-news';
const LOCK = 'durable-orders-stream';

/** The browser comes back by itself after a break, and tells the server what it heard last. */
function listen(tell: (told: Told) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source = new EventSource('/v1/stream');
    let wake: ReturnType<typeof setTimeout> | undefined;
    const wire = (): void => {
      source.addEventListener('open', () => tell({ connection: 'live' }));
      source.addEventListener('order', (event) =>
        tell({ news: { kind: 'order', order: JSON.parse(event.data as string) as OrderNewsView } }),
      );
      source.addEventListener('reset', () => tell({ news: { kind: 'reset' } }));
      source.addEventListener('error', () => {
        tell({ connection: 'lost' });
        if (source.readyState !== EventSource.CLOSED) return;
        // Refused, such as by a server that is just starting: the browser gives up then, and we do not.
        wake = setTimeout(() => {
          source = new EventSource('/v1/stream');
          wire();
          tell({ news: { kind: 'reset' } });
        }, 3000);
      });
    };
    wire();
    signal.addEventListener('abort', () => {
      clearTimeout(wake);
      source.close();
      resolve();
    });
  });
}

/** Hears until the returned function is called. */
export function hearNews(hear: Hear): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const stop = new AbortController();
  let last: Connection = 'live';
  const take = (told: Told): void => {
    if ('news' in told) hear.news(told.news);
    else if ('connection' in told) hear.connection(told.connection);
  };
  channel.addEventListener('message', ({ data }: MessageEvent<Told>) => take(data));
  const lead = (): Promise<void> => {
    channel.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if ('hello' in data) channel.postMessage({ connection: last } satisfies Told);
    });
    return listen((told) => {
      if ('connection' in told) last = told.connection;
      channel.postMessage(told);
      take(told);
    }, stop.signal);
  };
  channel.postMessage({ hello: true } satisfies Told);
  alone(LOCK, stop.signal, lead);
  return () => {
    stop.abort();
    channel.close();
  };
}
