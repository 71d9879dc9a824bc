import { expect, test } from 'vitest';
import { EMAIL_KINDS } from '../../../src/domain/email-kinds.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

/** What the mails say, shown to the people who run the store. */

type Listed = { name: string; for: string; subject: string };
const list = async (language: string) =>
  (await system.call('GET', `/v1/emails/previews?language=${language}`)).body as {
    data: Listed[];
    languages: string[];
  };

test('every kind of mail is shown in every language, as JSON and as a page in which nothing runs', async () => {
  const { languages } = await list('en');
  expect(languages).toEqual(['en', 'pt-BR']);
  for (const language of languages) {
    const { data } = await list(language);
    const names = data.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const kind of [
      ...EMAIL_KINDS,
      'invitation',
      'password_reset',
      'exception_digest',
      'order_notice',
      'low_stock',
      'seller_reminder',
    ])
      expect(
        names.some((name) => name === kind || name.startsWith(`${kind}-`)),
        kind,
      ).toBe(true);
    for (const { name, subject } of data) {
      const path = `/v1/emails/previews/${name}?language=${language}`;
      const { body } = await system.call('GET', path);
      expect(body).toMatchObject({ name, language, subject });
      expect(body.text.length).toBeGreaterThan(20);
      const page = await system.call('GET', path, { headers: { accept: 'text/html' } });
      expect(page.body).toBe(body.html);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
      );
    }
  }
});

test('a mail or a language that there is not is named', async () => {
  problemOf(await system.call('GET', '/v1/emails/previews/love_letter'), 404, 'not_found');
  expect(fieldsOf(await system.call('GET', '/v1/emails/previews?language=tlh'))).toEqual({
    language: 'must be one of en, pt-BR',
  });
});
