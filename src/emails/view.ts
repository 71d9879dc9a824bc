import type { EmailKind } from '../domain/email-kinds.ts';
import { CONTENTS } from './contents.ts';
import { formatsFor } from './formats.ts';
import type { Content, EmailInput, Link } from './parts.ts';
import { languageOf, textsOf } from './texts/languages.ts';

/** All that a template may name; a name that is not here makes the template throw. */
export type View = Omit<Content, 'link' | 'moreLinks'> & {
  readonly links: readonly Link[];
  readonly language: string;
  readonly store: string;
  readonly greeting: string;
  readonly support: { readonly question: string; readonly address: string; readonly url: string };
  readonly follow: Link | null;
  readonly footer: string;
};

export function viewOf(kind: EmailKind, input: EmailInput): View {
  const { order, customer } = input.record;
  const language = languageOf(customer.locale);
  const texts = textsOf(language);
  const setting = { ...input, texts, formats: formatsFor(customer.locale, language, order.currency) };
  const { name: store, supportEmail } = input.store;
  const subject = encodeURIComponent(texts.supportSubject(order.number));
  const { link, moreLinks = [], ...content } = CONTENTS[kind](setting);
  return {
    ...content,
    links: link === null ? moreLinks : [link, ...moreLinks],
    language,
    store,
    greeting: texts.greeting(customer.name),
    support: {
      question: texts.support(order.number),
      address: supportEmail,
      url: `mailto:${encodeURIComponent(supportEmail).replace('%40', '@')}?subject=${subject}`,
    },
    follow: input.followUrl == null ? null : { label: texts.labels.follow, url: input.followUrl },
    footer: texts.footer(store),
  };
}
