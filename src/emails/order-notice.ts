import { toMajor } from '../contracts/money.ts';
import type { NoticedOrder } from '../db/order-notices.ts';
import type { RenderedEmail } from './render.ts';
import { minutes, staffTemplate } from './staff-template.ts';
import { languageOf, staffTextsOf } from './texts/languages.ts';

/** The mail to people of a store about orders that have come in; of the buyer it has nothing. */

/** More are in the list of orders. */
const SHOWN = 50;

function viewOf(store: string, orders: readonly NoticedOrder[], publicUrl: URL, locale: string) {
  const language = languageOf(locale);
  const { newOrders: say } = staffTextsOf(language);
  const left = orders.length - SHOWN;
  return {
    language,
    subject: `${store}: ${say.subject(orders.length)}`,
    heading: say.subject(orders.length),
    orders: orders.slice(0, SHOWN).map((one) => ({
      number: one.number,
      url: new URL(`/orders/${one.number}`, publicUrl).href,
      total: `${toMajor(one.totalMinor, one.currency)} ${one.currency}`,
      details: `${minutes(one.placedAt)}, ${say.methods[one.paymentMethod]}`,
    })),
    further: left > 0 ? say.further(left) : '',
    where: say.where(new URL('/orders', publicUrl).href),
  };
}

const template = staffTemplate<ReturnType<typeof viewOf>>('order_notice');

/** Pure. There must be at least one order. `locale`: that of the reader. */
export function renderOrderNotice(
  store: string,
  orders: readonly NoticedOrder[],
  publicUrl: URL,
  locale: string,
): RenderedEmail {
  const view = viewOf(store, orders, publicUrl, locale);
  return { subject: view.subject, ...template(view) };
}
