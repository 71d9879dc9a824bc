import { readdirSync, readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { EMAIL_KINDS, type EmailKind } from '../domain/email-kinds.ts';
import { STYLES, type StyleName } from './styles.ts';
import type { View } from './view.ts';

/**
 * The templates, read and parsed once when this file is loaded: `<kind>.html.hbs`, `<kind>.text.hbs`, and the pieces they share
 * as `_<name>.html.hbs` and `_<name>.text.hbs`. HTML is escaped. A name that a {@link View} does not have makes a template throw.
 */

const FOLDER = new URL('./templates/', import.meta.url);
type Format = 'html' | 'text';
type Template = (view: View) => string;

export function styleAttributes(name: string): Handlebars.SafeString {
  const style = STYLES[name as StyleName];
  if (style === undefined) throw new Error(`src/emails/styles.ts has no style ${name}`);
  return new Handlebars.SafeString(`class="${name}" style="${style}"`);
}

function load(format: Format): Readonly<Record<EmailKind, Template>> {
  const engine = Handlebars.create();
  engine.registerHelper('style', styleAttributes);
  const ending = `.${format}.hbs`;
  const read = (name: string) => engine.parse(readFileSync(new URL(`${name}${ending}`, FOLDER), 'utf8'));
  const options = { strict: true, noEscape: format === 'text', preventIndent: true };
  for (const file of readdirSync(FOLDER)) {
    if (!file.startsWith('_') || !file.endsWith(ending)) continue;
    const name = file.slice(1, -ending.length);
    engine.registerPartial(name, engine.compile<unknown>(read(`_${name}`), options));
  }
  const compiled = EMAIL_KINDS.map((kind) => [kind, engine.compile<View>(read(kind), options)]);
  return Object.fromEntries(compiled) as Record<EmailKind, Template>;
}

export const TEMPLATES: Readonly<Record<Format, Readonly<Record<EmailKind, Template>>>> = {
  html: load('html'),
  text: load('text'),
};
