import type { OrderRecord } from '../db/order-reader.ts';
import { linkEnds, signOrderLink } from '../order-links.ts';

/** What the links in buyers' mails are made with: `LINK_SECRETS` and `PUBLIC_URL`. */
export type Following = { readonly linkSecrets: readonly string[]; readonly publicUrl: URL };

/** The page on which the buyer follows this order, with a link signed now. */
export async function followUrl(
  { linkSecrets, publicUrl }: Following,
  { order, linkEpoch }: Pick<OrderRecord, 'order' | 'linkEpoch'>,
): Promise<string> {
  const link = { order: order.number, epoch: linkEpoch };
  const token = await signOrderLink(linkSecrets, link, linkEnds(Date.now(), order.policy.returnWindow));
  return new URL(`/track/${token}`, publicUrl).href;
}
