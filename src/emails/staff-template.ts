import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { RenderedEmail } from './render.ts';
import { styleAttributes } from './templates.ts';

/** Mails to staff stand alone: `<name>.html.hbs` and `<name>.text.hbs`, without the frame of those to buyers. */

function load<View>(name: string, format: 'html' | 'text'): (view: View) => string {
  const engine = Handlebars.create();
  engine.registerHelper('style', styleAttributes);
  const source = readFileSync(new URL(`./templates/${name}.${format}.hbs`, import.meta.url), 'utf8');
  return engine.compile<View>(source, { strict: true, noEscape: format === 'text' });
}

export function staffTemplate<View>(name: string): (view: View) => Omit<RenderedEmail, 'subject'> {
  const html = load<View>(name, 'html');
  const text = load<View>(name, 'text');
  return (view) => ({ html: html(view), text: text(view) });
}

export const minutes = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
