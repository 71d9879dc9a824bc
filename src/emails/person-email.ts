import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { PersonEmailKind } from '../db/person-emails.ts';
import type { RenderedEmail } from './render.ts';
import { styleAttributes } from './templates.ts';
import { languageOf, textsOf } from './texts/languages.ts';

/** The mails to people who sign in, or are invited to. */

export type PersonEmailInput = {
  readonly kind: PersonEmailKind;
  readonly locale: string;
  readonly store: string;
  readonly supportEmail: string;
  readonly link: string;
};

function viewOf({ kind, locale, store, supportEmail, link }: PersonEmailInput) {
  const language = languageOf(locale);
  const { support, ...kinds } = textsOf(language).people;
  const { subject, heading, lead, once, ...say } = kinds[kind === 'invitation' ? 'invitation' : 'passwordReset'];
  return {
    ...say,
    language,
    store,
    link,
    subject: subject(store),
    heading: heading(store),
    lead: [lead, once],
    support,
    supportEmail,
  };
}
type View = ReturnType<typeof viewOf>;

function load(format: 'html' | 'text'): (view: View) => string {
  const engine = Handlebars.create();
  engine.registerHelper('style', styleAttributes);
  const source = readFileSync(new URL(`./templates/person.${format}.hbs`, import.meta.url), 'utf8');
  return engine.compile<View>(source, { strict: true, noEscape: format === 'text' });
}

const html = load('html');
const text = load('text');

/** In the language of the locale where it is written, else in English; pure. */
export function renderPersonEmail(input: PersonEmailInput): RenderedEmail {
  const view = viewOf(input);
  return { subject: view.subject, html: html(view), text: text(view) };
}
