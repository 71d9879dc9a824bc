import type { EmailKind } from '../domain/email-kinds.ts';
import type { EmailInput } from './parts.ts';
import { TEMPLATES } from './templates.ts';
import { viewOf } from './view.ts';

export type RenderedEmail = { readonly subject: string; readonly html: string; readonly text: string };

/** Templates leave blank lines where a part is missing. */
const tidy = (text: string): string =>
  `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;

/**
 * One mail to the buyer, in the language of the order's locale where it is written, else in English; pure. Throws when a mail
 * about a parcel (`shipped`, `delay`) is given none.
 */
export function renderEmail(kind: EmailKind, input: EmailInput): RenderedEmail {
  const view = viewOf(kind, input);
  return { subject: view.subject, html: TEMPLATES.html[kind](view), text: tidy(TEMPLATES.text[kind](view)) };
}
