import type { Store } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import type { DueEmail } from '../db/emails.ts';
import { readOrder } from '../db/order-reader.ts';
import { EMAIL_KINDS } from '../domain/email-kinds.ts';
import { subjectOf } from '../domain/notifications.ts';
import { fulfilmentOf } from '../domain/order.ts';
import { type Following, followUrl } from './follow.ts';
import { occasionOf } from './occasion.ts';
import { type RenderedEmail, renderEmail } from './render.ts';

/**
 * The mail as the order stands now, and the address it goes to. Throws when the record has no such order, store or parcel, or
 * nothing of what the mail is about, or when this build does not know the kind (a newer one does).
 */
export async function composeEmail(
  db: Db,
  email: DueEmail,
  storeOf: (code: string) => Promise<Store>,
  following: Following,
): Promise<RenderedEmail & { readonly to: string }> {
  const kind = EMAIL_KINDS.find((known) => known === email.kind);
  if (kind === undefined) throw new Error(`this build has no mail of the kind ${email.kind}`);
  const record = await readOrder(db, email.orderNumber);
  if (record === null) throw new Error(`${email.orderNumber} is not recorded`);
  const fulfilment = email.fulfilment === null ? null : fulfilmentOf(record.order, email.fulfilment);
  if (fulfilment === undefined) throw new Error(`${email.orderNumber} has no fulfilment ${email.fulfilment}`);
  const rendered = renderEmail(kind, {
    record,
    store: await storeOf(record.order.store),
    fulfilment,
    followUrl: await followUrl(following, record),
    ...(await occasionOf(db, record, kind, subjectOf(email.key, email.orderNumber, kind))),
  });
  return { ...rendered, to: record.customer.email };
}
