import { toMajor } from '../contracts/money.ts';
import type { DigestEntry } from '../db/exception-digests.ts';
import type { Severity } from '../domain/exceptions.ts';
import type { RenderedEmail } from './render.ts';
import { minutes, staffTemplate } from './staff-template.ts';
import { languageOf, staffTextsOf } from './texts/languages.ts';
import type { StaffTexts } from './texts/staff-en.ts';

/** The mail to staff about exceptions that wait too long: one for all of a store. */

/** Of each section so many are shown; the queue itself has the rest. */
const SHOWN = 50;

function entryView(entry: DigestEntry, texts: StaffTexts) {
  const { kind, severity, totalMinor, currency } = entry;
  const say = texts.digest;
  const total = totalMinor === null || currency === null ? '' : `${toMajor(totalMinor, currency)} ${currency}`;
  const due = say.due(minutes(entry.dueAt));
  const claimed = entry.claimed ? say.claimed : '';
  return {
    id: entry.id,
    severity: texts.severities[severity as Severity] ?? severity,
    what: texts.title(kind),
    summary: entry.summary,
    cost: texts.cost(kind),
    total,
    due,
    claimed,
    details: [total === '' ? '' : say.total(total), due, claimed].filter((part) => part !== '').join(', '),
  };
}

function sectionView(title: string, entries: readonly DigestEntry[], texts: StaffTexts) {
  if (entries.length === 0) return [];
  const left = entries.length - SHOWN;
  return [
    {
      title,
      entries: entries.slice(0, SHOWN).map((entry) => entryView(entry, texts)),
      further: left > 0 ? texts.digest.further(left) : '',
    },
  ];
}

function viewOf(store: string, entries: readonly DigestEntry[], locale: string) {
  const language = languageOf(locale);
  const texts = staffTextsOf(language);
  const say = texts.digest;
  const late = entries.filter((entry) => entry.late);
  const waiting = entries.filter((entry) => !entry.late);
  const told = [
    ...(late.length > 0 ? [say.overdue(late.length)] : []),
    ...(waiting.length > 0 ? [say.waiting(waiting.length)] : []),
  ].join(', ');
  return {
    language,
    store,
    subject: `${store}: ${told}`,
    heading: told,
    sections: [...sectionView(say.overdueTitle, late, texts), ...sectionView(say.waitingTitle, waiting, texts)],
    where: say.where,
  };
}

const template = staffTemplate<ReturnType<typeof viewOf>>('exception_digest');

/** Pure. `entries` are in the order in which they are to be read; there must be at least one. `locale`: that of staff. */
export function renderDigest(store: string, entries: readonly DigestEntry[], locale = 'en'): RenderedEmail {
  const view = viewOf(store, entries, locale);
  return { subject: view.subject, ...template(view) };
}
