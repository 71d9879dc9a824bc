import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { findChromium } from '../../tools/chromium.ts';
import { ensureDashboard } from '../../tools/dashboard.ts';
import { signedIn } from '../api/people/browser.ts';
import type { System } from '../setup/system.ts';
import { type SystemOptions, startSystem } from '../setup/system.ts';

/** The dashboard in a real browser, on the whole system. A test goes through many pages, and the machine may be busy. */
vi.setConfig({ testTimeout: 180_000 });

export type Opened = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page asked of hosts that are not ours, and what its policy refused: both must stay empty. */
  readonly outside: string[];
  readonly refused: string[];
};

export type Who = {
  readonly role?: 'owner' | 'staff' | 'seller';
  readonly scopes?: readonly string[];
  readonly seller?: string;
  readonly name?: string;
};
export type Look = {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly language?: 'en' | 'ar';
  readonly through?: string;
};

export type Rooms = {
  readonly system: System;
  /** A new browser, signed in. */
  open(path: string, who?: Who | null, look?: Look): Promise<Opened>;
  stop(): Promise<void>;
};

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Everything that axe finds on the page, in short. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const violations = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }>;
      };
    };
    return (await axe.run({ runOnly: rules })).violations;
  }, RULES);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Whether something is wider than the screen. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

async function enter(context: BrowserContext, system: System, { role = 'owner', scopes, seller }: Who): Promise<void> {
  const invited = {
    role,
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(seller === undefined ? {} : { seller }),
  };
  const { browser } = await signedIn(system, invited);
  await context.addCookies(
    [...browser.cookies].map(([name, value]) => ({ name, value, url: system.url, httpOnly: true })),
  );
}

export async function openRooms(options: SystemOptions = {}): Promise<Rooms> {
  await ensureDashboard(); // before the API looks for it
  const [found, system] = await Promise.all([findChromium(), startSystem(options)]);
  const browser: Browser = await chromium.launch({ executablePath: found.path, args: [...found.args] });
  return {
    system,
    async open(path, who = {}, { width = 1280, scheme = 'light', language = 'en', through } = {}) {
      const base = through === undefined ? system.url : `http://${through}`;
      const context = await browser.newContext({
        viewport: { width, height: width < 600 ? 780 : 900 },
        colorScheme: scheme,
        locale: 'en-US',
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(15_000);
      if (who !== null) await enter(context, system, who);
      await context.addInitScript(`localStorage.setItem('language', '${language}')`);
      const page = await context.newPage();
      const [outside, refused]: [string[], string[]] = [[], []];
      page.on('request', (request) => {
        if (!request.url().startsWith(base) && !/^(data|blob|about):/.test(request.url())) outside.push(request.url());
      });
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) refused.push(message.text());
      });
      await page.goto(base + path);
      return { page, context, outside, refused };
    },
    async stop() {
      await browser.close();
      await system.stop();
    },
  };
}

export const expectFocus = (on: Locator): Promise<void> =>
  expect.poll(() => on.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);

/** The page is for everybody: nothing for axe to find, nothing wider than the screen, nothing from elsewhere. */
export async function expectSound({ page, outside, refused }: Opened): Promise<void> {
  expect(await barriers(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(outside).toEqual([]);
  expect(refused).toEqual([]);
}
