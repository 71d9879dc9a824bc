import { describe, expect, test } from 'vitest';
import { PERSON_EMAIL_KINDS } from '../../src/db/person-emails.ts';
import { renderPersonEmail } from '../../src/emails/person-email.ts';
import { seal, unseal } from '../../src/sealed.ts';

/** Mails to people who sign in, or are invited to. */

const input = {
  store: 'Tents & <b>Co</b>',
  supportEmail: 'help@shop.example',
  link: 'https://orders.shop.example/invitation/a-b_c',
};

describe.each(PERSON_EMAIL_KINDS)('%s', (kind) => {
  test.each(['en', 'pt-BR', 'pt-PT', 'de'])(
    'in %s: says what the link is for, for how long, and what to do when it was not asked for',
    (locale) => {
      const mail = renderPersonEmail({ ...input, kind, locale });
      const isPortuguese = locale.startsWith('pt');
      expect(mail.html).toContain(`lang="${isPortuguese ? 'pt-BR' : 'en'}"`);
      expect(mail.html).toContain(`href="${input.link}"`);
      expect(mail.html).toContain('Tents &amp; &lt;b&gt;Co&lt;/b&gt;');
      expect(mail.html).not.toContain('<b>Co</b>');
      expect(mail.text).toContain(input.link);
      expect(mail.text).toMatch(isPortuguese ? /funciona uma única vez/ : /works once/);
      expect(mail.text).toMatch(isPortuguese ? /não faça nada/ : /do nothing/);
      expect(mail.text).toContain('help@shop.example');
      expect(mail.subject).toContain('Tents & <b>Co</b>');
    },
  );
});

describe('a sealed link', () => {
  const [old, fresh] = ['an old secret of thirty-two characters!', 'a fresh secret of thirty-two characters'] as const;

  test('is opened by the secret that sealed it, also when another has been put first', async () => {
    const sealed = await seal([old], input.link);
    expect(sealed).not.toContain('invitation');
    expect(await unseal([old], sealed)).toBe(input.link);
    expect(await unseal([fresh, old], sealed)).toBe(input.link);
    await expect(unseal([fresh], sealed)).rejects.toThrow(/AUTH_SECRETS/);
  });

  test('is not opened when it was changed', async () => {
    const sealed = await seal([old], input.link);
    const changed = `${sealed.slice(0, -4)}${sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    await expect(unseal([old], changed)).rejects.toThrow();
  });
});
