import type { DueSellerReminder } from '../db/seller-reminders.ts';
import type { RenderedEmail } from './render.ts';
import { minutes, staffTemplate } from './staff-template.ts';
import { languageOf, staffTextsOf } from './texts/languages.ts';

/** The mail to a person of a seller about an order that they have not accepted: their own lines, nothing of the buyer. */

function viewOf({ orderNumber, store, locale, answerBy, items }: DueSellerReminder) {
  const language = languageOf(locale);
  const { sellerReminder: say } = staffTextsOf(language);
  return {
    language,
    store,
    subject: say.subject(orderNumber),
    heading: say.heading,
    lead: say.lead(store, minutes(answerBy)),
    items: items.map(({ quantity, name }) => say.item(quantity, name)),
    where: say.where(store),
  };
}

const template = staffTemplate<ReturnType<typeof viewOf>>('seller_reminder');

/** Pure. */
export function renderSellerReminder(reminder: DueSellerReminder): RenderedEmail {
  const view = viewOf(reminder);
  return { subject: view.subject, ...template(view) };
}
