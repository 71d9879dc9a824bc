import type { DueAlert } from '../db/stock-alerts.ts';
import type { RenderedEmail } from './render.ts';
import { staffTemplate } from './staff-template.ts';
import { languageOf, staffTextsOf } from './texts/languages.ts';

/** The mail to staff about levels that have fallen to their reorder point. */

function viewOf(alerts: readonly DueAlert[], locale: string) {
  const language = languageOf(locale);
  const { lowStock: say } = staffTextsOf(language);
  return {
    language,
    subject: say.subject(alerts.length),
    heading: say.heading,
    lead: say.lead,
    levels: alerts.map(({ sku, location, available, reorderPoint }) => ({
      sku,
      location,
      left: say.level(available, reorderPoint),
    })),
    where: say.where,
  };
}

const template = staffTemplate<ReturnType<typeof viewOf>>('low_stock');

/** Pure. There must be at least one alert. `locale`: that of staff. */
export function renderLowStock(alerts: readonly DueAlert[], locale: string): RenderedEmail {
  const view = viewOf(alerts, locale);
  return { subject: view.subject, ...template(view) };
}
