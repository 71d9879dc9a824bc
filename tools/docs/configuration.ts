import { readFile } from 'node:fs/promises';
import { type Config, ConfigError, readConfig } from '../../src/config.ts';
import { code, page, table } from './markdown.ts';

/** Every setting with its default: `docs/generated/configuration.md`. The words are those of `.env.example`. */

type Setting = { readonly name: string; readonly example: string; readonly words: string };
type Section = { readonly title: string; readonly settings: readonly Setting[] };

/** Sections are headed `# --- Title ---`; a setting is `# NAME=value` below its explanation. */
export function settingsIn(text: string): Section[] {
  const sections: { title: string; settings: Setting[] }[] = [];
  let words: string[] = [];
  for (const line of text.split('\n')) {
    const title = /^# --- (.+?) -+$/.exec(line)?.[1];
    const setting = /^# ([A-Z][A-Z0-9_]+)=(.*)$/.exec(line);
    if (title !== undefined) sections.push({ title, settings: [] });
    if (setting !== null) {
      const [, name = '', example = ''] = setting;
      sections.at(-1)?.settings.push({ name, example, words: words.join(' ') });
    }
    const isProse = title === undefined && setting === null && line.startsWith('# ');
    words = isProse ? [...words, line.slice(2)] : [];
  }
  return sections;
}

/** Values with which the product starts, one for each variable that has no default. */
const NEEDED: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://localhost/orders',
  AUTH_SECRETS: '0123456789abcdef0123456789abcdef',
  LINK_SECRETS: '0123456789abcdef0123456789abcdef',
  STRIPE_API_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRETS: 'whsec_1',
  SHIPPO_API_KEY: 'shippo_test_1',
  SHIPPO_WEBHOOK_TOKEN: '0123456789abcdef',
  SMTP_URL: 'smtp://localhost',
  MAIL_FROM: 'orders@shop.example',
  SUPPORT_EMAIL: 'help@shop.example',
};

function requiredNames(): Set<string> {
  try {
    readConfig({});
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return new Set([...error.message.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = '']) => name));
  }
  throw new Error('The product starts without any setting; say so in tools/docs/configuration.ts');
}

function rowOf({ name, example, words }: Setting, defaults: Config, required: ReadonlySet<string>): string[] {
  const explained = words.replace(/^REQUIRED\. /, '');
  const standard = required.has(name) ? '**required**' : standardOf(defaults[name as keyof Config]);
  return [code(name), explained, standard, example === '' ? '' : code(example)];
}

function standardOf(value: Config[keyof Config] | undefined): string {
  if (value === undefined) return '';
  return code(value instanceof URL ? value.href.replace(/\/$/, '') : String(value));
}

export async function configurationPage(): Promise<string> {
  const sections = settingsIn(await readFile(new URL('../../.env.example', import.meta.url), 'utf8'));
  const defaults = readConfig(NEEDED);
  const required = requiredNames();
  const explained = new Set(sections.flatMap(({ settings }) => settings.map(({ name }) => name)));
  const silent = [...Object.keys(defaults), ...required].filter((name) => !explained.has(name));
  if (silent.length > 0) throw new Error(`.env.example does not explain ${silent.join(', ')}`);
  return page(
    'Settings',
    '`.env.example` and `src/config.ts`',
    'Set them in the environment, or in `.env` for `npm start`; the environment wins. An empty value means "not set". A wrong value stops the process at start with the name of the variable. **required** is what the API and the workers need when they are run on their own; `npm start` provides it.',
    ...sections.map(
      ({ title, settings }) =>
        `## ${title}\n\n${table(
          ['variable', 'meaning', 'default', 'example'],
          settings.map((setting) => rowOf(setting, defaults, required)),
        )}`,
    ),
  );
}
