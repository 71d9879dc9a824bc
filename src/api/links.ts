import { Router } from 'express';
import type { Config } from '../config.ts';
import { MakeLink } from '../contracts/people.ts';
import type { Db } from '../db/database.ts';
import { linkEpochOf, nextLinkEpoch } from '../db/order-links.ts';
import { readOrder } from '../db/order-reader.ts';
import { linkEnds, readOrderLink, signOrderLink } from '../order-links.ts';
import { requires } from './access.ts';
import { numberFrom } from './orders.ts';
import { HttpProblem } from './problem.ts';

/** The buyer's signed link to one order: made here and in mails, and read. */

/** The order a link is for; null when it is not valid, or an earlier one than those that still are. */
export const orderOfLink =
  (db: Db, { LINK_SECRETS }: Config) =>
  async (token: string): Promise<string | null> => {
    const link = await readOrderLink(LINK_SECRETS, token);
    if (link === null) return null;
    return link.epoch === (await linkEpochOf(db, link.order)) ? link.order : null;
  };

export function linksRouter({ db, config }: { db: Db; config: Config }): Router {
  const router = Router();
  router.post('/:number/links', requires('orders.link'), async (request, response) => {
    const number = numberFrom(request.params['number']);
    const { revoke_earlier: revokes } = MakeLink.parse(request.body ?? {});
    const record = await readOrder(db, number);
    if (record === null) throw new HttpProblem('order_not_found');
    const before = record.linkEpoch;
    const epoch = revokes ? await nextLinkEpoch(db, number) : before;
    const expiresAt = linkEnds(Date.now(), record.order.policy.returnWindow);
    const token = await signOrderLink(config.LINK_SECRETS, { order: number, epoch }, expiresAt);
    response.locals.audited = { before: { epoch: before }, detail: { epoch } };
    response.status(201).json({
      order: number,
      token,
      url: new URL(`/track/${token}`, config.PUBLIC_URL).href,
      expires_at: new Date(expiresAt * 1000).toISOString(),
    });
  });
  return router;
}
