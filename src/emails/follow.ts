import type { Db } from '../db/database.ts';
import { linkEpochOf } from '../db/order-links.ts';
import type { Order } from '../domain/order.ts';
import { linkEnds, signOrderLink } from '../order-links.ts';

/** What the links in buyers' mails are made with: `LINK_SECRETS` and `PUBLIC_URL`. */
export type Following = { readonly linkSecrets: readonly string[]; readonly publicUrl: URL };

/** The page on which the buyer follows this order, with a link signed now. */
export async function followUrl(db: Db, { linkSecrets, publicUrl }: Following, order: Order): Promise<string> {
  const link = { order: order.number, epoch: await linkEpochOf(db, order.number) };
  const token = await signOrderLink(linkSecrets, link, linkEnds(Date.now(), order.policy.returnWindow));
  return new URL(`/track/${token}`, publicUrl).href;
}
