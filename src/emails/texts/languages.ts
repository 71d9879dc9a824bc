import { en, type Texts } from './en.ts';
import { ptBR } from './pt-BR.ts';
import { type StaffTexts, staffEn } from './staff-en.ts';
import { staffPtBR } from './staff-pt-BR.ts';

/** The languages the mails are written in, by BCP 47 tag. A new one is a file of this folder and a line here. */
export const LANGUAGES: Readonly<Record<string, Texts>> = { en, 'pt-BR': ptBR };

const FALLBACK = 'en';
/** `pt` of `pt-BR`. */
export const primaryOf = (tag: string): string | undefined => tag.toLowerCase().split('-')[0];

/** The tag of {@link LANGUAGES} for a buyer's locale: the same tag, else the same language elsewhere, else English. */
export function languageOf(locale: string): string {
  const tags = Object.keys(LANGUAGES);
  const same = tags.find((tag) => tag.toLowerCase() === locale.toLowerCase());
  return same ?? tags.find((tag) => primaryOf(tag) === primaryOf(locale)) ?? FALLBACK;
}

/** The same for mails to staff. */
const STAFF_LANGUAGES: Readonly<Record<string, StaffTexts>> = { en: staffEn, 'pt-BR': staffPtBR };
export const staffTextsOf = (language: string): StaffTexts => STAFF_LANGUAGES[language] ?? staffEn;

export const textsOf = (language: string): Texts => LANGUAGES[language] ?? en;
