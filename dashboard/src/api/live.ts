import type { OrderNewsView } from '../../../src/contracts/desk.ts';
import { alone } from './alone.ts';

/**
 * News of orders as they happen. Of all tabs of a browser one listens to the server and tells the others: a browser keeps only six
 * connections to a host, and a person with ten orders open has more tabs than that.
 */

export type News = { readonly kind: 'order'; readonly order: OrderNewsView } | { readonly kind: 'reset' };
export type Connection = 'live' | 'lost';
type Told = { readonly news: News } | { readonly connection: Connection } | { readonly hello: true };

type Hear = {
  readonly news: (news: News) => void;
  readonly connection: (connection: Connection) => void;
  /** The server is there and does not give the news: it may be starting, or the session has ended. */
  readonly refused: () => void;
};

const CHANNEL = 'durable-orders-news';
const LOCK = 'durable-orders-stream';
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * After a break the browser comes back by itself, and tells the server what it heard last. When it is refused it gives up, and we do
 * not; what was missed then is not known, and is told as `reset` when the server takes us again.
 */
function listen(tell: (told: Told) => void, refused: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource;
    let wake: ReturnType<typeof setTimeout> | undefined;
    let pause = FIRST_PAUSE_MS;
    let hasMissed = false;
    const open = (): void => {
      source = new EventSource('/v1/stream');
      source.addEventListener('open', () => {
        tell({ connection: 'live' });
        if (hasMissed) tell({ news: { kind: 'reset' } });
        hasMissed = false;
        pause = FIRST_PAUSE_MS;
      });
      source.addEventListener('order', (event) =>
        tell({ news: { kind: 'order', order: JSON.parse(event.data as string) as OrderNewsView } }),
      );
      source.addEventListener('reset', () => tell({ news: { kind: 'reset' } }));
      source.addEventListener('error', () => {
        tell({ connection: 'lost' });
        if (source.readyState !== EventSource.CLOSED) return;
        hasMissed = true;
        wake = setTimeout(open, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        refused();
      });
    };
    open();
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
    const tell = (told: Told): void => {
      if ('connection' in told) last = told.connection;
      channel.postMessage(told);
      take(told);
    };
    return listen(tell, hear.refused, stop.signal);
  };
  channel.postMessage({ hello: true } satisfies Told);
  alone(LOCK, stop.signal, lead);
  return () => {
    stop.abort();
    channel.close();
  };
}
