import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { toMajor } from '../contracts/money.ts';
import type { DigestEntry } from '../db/exception-digests.ts';
import { costOfWaiting, titleOf } from '../domain/exceptions.ts';
import type { RenderedEmail } from './render.ts';
import { styleAttributes } from './templates.ts';

/** The mail to staff about exceptions that wait too long: one for all of a store, in English. */

/** Of each section so many are shown; the queue itself has the rest. */
const SHOWN = 50;

const minutes = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const entryView = (entry: DigestEntry) => ({
  id: entry.id,
  severity: entry.severity,
  what: titleOf(entry.kind),
  summary: entry.summary,
  cost: costOfWaiting(entry.kind) ?? '',
  total:
    entry.totalMinor === null || entry.currency === null
      ? ''
      : `${toMajor(entry.totalMinor, entry.currency)} ${entry.currency}`,
  due: minutes(entry.dueAt),
  claimed: entry.claimed,
});

function sectionView(title: string, entries: readonly DigestEntry[]) {
  if (entries.length === 0) return [];
  const left = entries.length - SHOWN;
  return [
    {
      title,
      entries: entries.slice(0, SHOWN).map(entryView),
      further: left > 0 ? `And ${left} more in the queue.` : '',
    },
  ];
}

const counted = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

function viewOf(store: string, entries: readonly DigestEntry[]) {
  const late = entries.filter((entry) => entry.late);
  const waiting = entries.filter((entry) => !entry.late);
  const told = [
    ...(late.length > 0 ? [counted(late.length, 'exception is overdue', 'exceptions are overdue')] : []),
    ...(waiting.length > 0
      ? [counted(waiting.length, 'exception waits for somebody', 'exceptions wait for somebody')]
      : []),
  ].join(', ');
  return {
    store,
    subject: `${store}: ${told}`,
    heading: told,
    sections: [
      ...sectionView('Overdue', late),
      ...sectionView('Past half of their time, and nobody has claimed them', waiting),
    ],
    where:
      'The queue: GET /v1/exceptions?sort=due. Claim what you work on; one resolution can be given to many of a kind.',
  };
}

type View = ReturnType<typeof viewOf>;

function load(format: 'html' | 'text'): (view: View) => string {
  const engine = Handlebars.create();
  engine.registerHelper('style', styleAttributes);
  const source = readFileSync(new URL(`./templates/exception_digest.${format}.hbs`, import.meta.url), 'utf8');
  return engine.compile<View>(source, { strict: true, noEscape: format === 'text' });
}

const html = load('html');
const text = load('text');

/** Pure. `entries` are in the order in which they are to be read; there must be at least one. */
export function renderDigest(store: string, entries: readonly DigestEntry[]): RenderedEmail {
  const view = viewOf(store, entries);
  return { subject: view.subject, html: html(view), text: text(view) };
}
