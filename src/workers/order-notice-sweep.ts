import { newOrdersToFrom } from '../contracts/policy.ts';
import { findStore, listStores } from '../db/catalogue.ts';
import {
  type DueNotice,
  leaseOrderNotice,
  noteOrderNoticeFailed,
  noteOrderNoticeSent,
  noticedOrders,
  watchNoOther,
  watchOrders,
  writeOrderNotices,
} from '../db/order-notices.ts';
import { owners } from '../db/people.ts';
import { recipientsOf } from '../domain/escalation.ts';
import { renderOrderNotice } from '../emails/order-notice.ts';
import type { ExceptionSweepOptions } from './exception-sweep.ts';
import { attemptMail, messageIdOf } from './mail-attempt.ts';
import { type Pump, startPump } from './pump.ts';

/** Tells people of a store of its new orders (seed 3, "Notifications"): the first at once, those that follow it closely together. */

const LEASE_S = 120;
const QUIET_S = 5 * 60;
const FIRST_RETRY_S = 60;

type Options = ExceptionSweepOptions;

async function send(
  { db, mail, from, publicUrl, staffEmail, staffLocale = 'en' }: Options,
  { id, store: code, orders, address, locale }: DueNotice,
): Promise<void> {
  const store = await findStore(db, code);
  if (store === null) throw new Error(`there is no store ${code}`);
  await mail.send({
    messageId: messageIdOf(`new orders ${id}`, from, publicUrl),
    to: address ?? staffEmail ?? store.supportEmail,
    ...renderOrderNotice(store.name, await noticedOrders(db, orders), publicUrl, locale ?? staffLocale),
  });
}

const deliver = (options: Options, notice: DueNotice): Promise<void> =>
  attemptMail({
    what: 'a mail about new orders',
    about: { notice: notice.id, store: notice.store, orders: notice.orders.length },
    attempts: notice.attempts,
    firstRetrySeconds: options.firstRetrySeconds ?? FIRST_RETRY_S,
    log: options.log,
    send: () => send(options, notice),
    noteSent: () => noteOrderNoticeSent(options.db, notice.id),
    noteFailed: (error, retry) => noteOrderNoticeFailed(options.db, notice.id, error, retry),
  });

async function write({ db, quietSeconds = QUIET_S }: Options): Promise<void> {
  const told = (await listStores(db))
    .map(({ code, policy }) => ({ code, to: newOrdersToFrom(policy) }))
    .filter(({ to }) => to.length > 0);
  await watchNoOther(
    db,
    told.map(({ code }) => code),
  );
  for (const { code, to } of told) {
    await watchOrders(db, code);
    await writeOrderNotices(db, code, recipientsOf(to, { owners: await owners(db), holder: null }), quietSeconds);
  }
}

export function startOrderNoticeSweep(options: Options): Pump {
  return startPump({
    name: 'order notice sweep',
    log: options.log,
    pauseMs: options.pauseMs ?? 5_000,
    batch: async () => {
      await write(options);
      const notice = await leaseOrderNotice(options.db, LEASE_S);
      if (notice === null) return 0;
      await deliver(options, notice);
      return 1;
    },
  });
}
