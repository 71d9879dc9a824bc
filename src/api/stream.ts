import { setTimeout as sleep } from 'node:timers/promises';
import { type Response, Router } from 'express';
import type { Logger } from 'pino';
import { AskStream, type OrderNewsView } from '../contracts/desk.ts';
import type { Db } from '../db/database.ts';
import { newsBetween, nowInWriting, type OrderNews } from '../db/order-news.ts';
import { type Principal, principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { HttpProblem } from './problem.ts';

/**
 * `GET /v1/stream`: server-sent events of what becomes of orders. One look into the record a second and process, while anybody
 * listens; nothing while nobody does. The id of an event is a moment in the record: who comes back with it is told what they
 * missed. Events are hints to read again, so one that comes twice does no harm.
 */

const LOOK_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** Then the browser comes back by itself, and is asked anew who it is. */
const LONGEST_MS = 10 * 60_000;
/** Open streams of one order's links: a buyer on several devices, and no more. */
const MOST_OF_LINKS = 5;
/** More than that is not told one by one: `reset`, read everything again. */
const MOST = 500;

type Listener = { readonly principal: Principal; readonly response: Response };

/** What of the news this one may know: sellers of their own orders and no more than that there is something, a buyer of theirs. */
export function newsFor({ role, seller, order }: Principal, news: readonly OrderNews[]): OrderNewsView[] {
  if (order !== null) return news.filter(({ number }) => number === order).map(({ number }) => ({ number }));
  if (role === 'seller')
    return news.filter(({ sellers }) => seller !== null && sellers.includes(seller)).map(({ number }) => ({ number }));
  return news.map(({ number, version, types }) => ({ number, version, types: [...types] }));
}

/** The last event of a batch alone carries the moment: who lost the connection in its middle is told the batch again. */
function send({ principal, response }: Listener, news: readonly OrderNews[] | null, moment: number): void {
  if (news === null) {
    response.write(`id: ${moment}\nevent: reset\ndata: {}\n\n`);
    return;
  }
  const own = newsFor(principal, news);
  const events = own.map((one) => `event: order\ndata: ${JSON.stringify(one)}\n\n`);
  response.write(`${events.join('')}id: ${moment}\nevent: moment\ndata: {}\n\n`);
}

/** Looks into the record as long as there are listeners. */
export function createNewsroom(db: Db, log: Logger) {
  const listeners = new Set<Listener>();
  let moment = 0;
  /** The loop that looks; none while nobody listens. `begun`: it knows where to begin. */
  let loop: { readonly begun: Promise<void>; readonly stopped: AbortController } | undefined;

  const look = async ({ signal }: AbortController): Promise<void> => {
    const now = await nowInWriting(db);
    if (signal.aborted || now <= moment) return;
    const news = await newsBetween(db, moment, now, MOST);
    if (signal.aborted) return;
    moment = now;
    if (news !== null && news.length === 0) return;
    for (const listener of listeners) send(listener, news, now);
  };
  const run = async (stopped: AbortController): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sleep(LOOK_MS, undefined, { ref: false, signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await look(stopped).catch((err: unknown) => log.warn({ err }, 'the stream could not look into the record'));
    }
  };
  const begin = async (stopped: AbortController): Promise<void> => {
    const now = await nowInWriting(db);
    if (stopped.signal.aborted) return;
    moment = now;
    void run(stopped);
  };
  const start = () => {
    const stopped = new AbortController();
    return { stopped, begun: begin(stopped) };
  };
  const stop = (): void => {
    loop?.stopped.abort();
    loop = undefined;
  };
  return {
    /** `since`: the moment that the listener knows; null for one that is new. */
    async join(listener: Listener, since: number | null): Promise<void> {
      // In before the question, so that nothing falls between what was missed and what comes; it may come twice.
      listeners.add(listener);
      loop ??= start();
      try {
        await loop.begun;
      } catch (error) {
        stop();
        throw error;
      }
      const until = moment;
      const missed = since === null || since >= until ? [] : await newsBetween(db, since, until, MOST);
      send(listener, missed, until);
    },
    leave(listener: Listener): void {
      listeners.delete(listener);
      if (listeners.size === 0) stop();
    },
    /** Ends all, since the process stops; browsers come back by themselves, to another. */
    close(): void {
      for (const { response } of listeners) response.end();
    },
    isFullFor({ kind, keyId }: Principal): boolean {
      const isTheirs = ({ principal }: Listener): boolean => principal.keyId === keyId;
      return kind === 'link' && [...listeners].filter(isTheirs).length >= MOST_OF_LINKS;
    },
  };
}

export function streamRouter({ db, log, stopping }: ApiContext): Router {
  const newsroom = createNewsroom(db, log);
  stopping.addEventListener('abort', newsroom.close);
  const router = Router();
  router.get('/', requires('stream.read'), async (request, response) => {
    const { once } = AskStream.parse(request.query);
    const given = Number(request.get('last-event-id') ?? Number.NaN);
    const since = Number.isSafeInteger(given) && given > 0 ? given : null;
    const principal = principalOf(response.locals);
    if (newsroom.isFullFor(principal))
      throw new HttpProblem('too_many_requests', { detail: `A link has at most ${MOST_OF_LINKS} streams open.` });
    const listener = { principal, response };
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 2000\n\n');
    const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
    const end = setTimeout(() => response.end(), LONGEST_MS);
    response.on('close', () => {
      newsroom.leave(listener);
      clearInterval(heartbeat);
      clearTimeout(end);
    });
    for (const one of [heartbeat, end]) one.unref();
    try {
      await newsroom.join(listener, since);
      if (once === 'true' || stopping.aborted) response.end();
    } catch (err) {
      log.warn({ err }, 'a listener could not be told what it missed');
      response.end();
    }
  });
  return router;
}
