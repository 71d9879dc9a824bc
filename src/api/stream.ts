import { type Response, Router } from 'express';
import type { Logger } from 'pino';
import { AskStream, type OrderNewsView } from '../contracts/desk.ts';
import type { Db } from '../db/database.ts';
import { newsBetween, nowInWriting, type OrderNews } from '../db/order-news.ts';
import { type Principal, principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';

/**
 * `GET /v1/stream`: server-sent events of what becomes of orders. One look into the record a second and process, while anybody
 * listens; nothing while nobody does. The id of an event is a moment in the record: who comes back with it is told what they
 * missed. Events are hints to read again, so one that comes twice does no harm.
 */

const LOOK_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** Then the browser comes back by itself, and is asked anew who it is. */
const LONGEST_MS = 10 * 60_000;
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
  let moment: number | null = null;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const now = await nowInWriting(db);
    const since = moment;
    if (since === null || now <= since) {
      moment = now;
      return;
    }
    const news = await newsBetween(db, since, now, MOST);
    moment = now;
    if (news !== null && news.length === 0) return;
    for (const listener of listeners) send(listener, news, now);
  };
  const again = (): void => {
    timer = setTimeout(() => {
      void look()
        .catch((err: unknown) => log.warn({ err }, 'the stream could not look into the record'))
        .finally(() => (listeners.size > 0 ? again() : undefined));
    }, LOOK_MS);
    timer.unref();
  };
  return {
    /** `since`: the moment that the listener knows; null for one that is new. */
    async join(listener: Listener, since: number | null): Promise<void> {
      if (listeners.size === 0) {
        clearTimeout(timer);
        moment = await nowInWriting(db);
        again();
      }
      // In before the question, so that nothing falls between what was missed and what comes; it may come twice.
      listeners.add(listener);
      const until = moment ?? (await nowInWriting(db));
      const missed = since === null || since >= until ? [] : await newsBetween(db, since, until, MOST);
      send(listener, missed, until);
    },
    leave(listener: Listener): void {
      listeners.delete(listener);
      if (listeners.size === 0) clearTimeout(timer);
    },
  };
}

export function streamRouter({ db, log }: ApiContext): Router {
  const newsroom = createNewsroom(db, log);
  const router = Router();
  router.get('/', requires('stream.read'), async (request, response) => {
    const { once } = AskStream.parse(request.query);
    const given = Number(request.get('last-event-id') ?? Number.NaN);
    const since = Number.isSafeInteger(given) && given > 0 ? given : null;
    const listener = { principal: principalOf(response.locals), response };
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
      if (once === 'true') response.end();
    } catch (err) {
      log.warn({ err }, 'a listener could not be told what it missed');
      response.end();
    }
  });
  return router;
}
