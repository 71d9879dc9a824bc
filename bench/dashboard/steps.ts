import type { Page } from 'playwright-core';

/** What is done on the pages and timed: prepared first, then asked for, until it stands there. */

export type Step = {
  readonly name: string;
  /** What it may take at the median. */
  readonly bar: number;
  /** The page it begins on. */
  readonly from: string;
  /** Gives what is timed. */
  readonly prepare: (page: Page, turn: number) => Promise<() => Promise<unknown>>;
};

/** What people feel as at once, with the quarter of a second that a search waits for the next letter. */
const AT_ONCE_MS = 1_000;
/** The whole application is loaded first. */
const ANEW_MS = 1_500;

const LIST = 'GET /v1/orders';
const rows = (page: Page) => page.locator('tbody tr');

/** Until the answer that `asked` leads to is drawn: the list is no longer marked as the one of before. */
async function untilListed(page: Page, asked: () => Promise<unknown>): Promise<void> {
  const answer = page.waitForResponse(
    (response) => `${response.request().method()} ${new URL(response.url()).pathname}` === LIST,
  );
  await asked();
  await answer;
  await page.locator('#orders-list[aria-busy="false"]').waitFor();
  await drawn(page);
}
const drawn = (page: Page) =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

const NAMES = ['silva', 'tanaka', 'Kowalski', 'gmail', 'jor', 'brown', 'zanbri'];
/** Some pages on: each is asked for with the cursor of the one before. */
const DEEP = 15;

export const STEPS: readonly Step[] = [
  {
    name: 'the list, opened anew',
    bar: ANEW_MS,
    from: '/account',
    prepare: async (page) => async () => {
      await page.goto(new URL('/orders', page.url()).href, { waitUntil: 'commit' });
      await rows(page).nth(49).waitFor();
      await drawn(page);
    },
  },
  {
    name: 'a filter (to ship)',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page) => () => untilListed(page, () => page.getByRole('tab', { name: 'To ship' }).click()),
  },
  {
    name: 'a filter (needs a person)',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page) => () => untilListed(page, () => page.getByRole('tab', { name: 'Needs a person' }).click()),
  },
  {
    name: 'a search, from the last letter',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page, turn) => () =>
      untilListed(page, () => page.getByRole('searchbox').fill(NAMES[turn % NAMES.length] ?? '')),
  },
  {
    name: 'a search for nobody',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page, turn) => () => untilListed(page, () => page.getByRole('searchbox').fill(`qxzw${turn}vvk`)),
  },
  ...['Total', 'Order', 'Status', 'Payment'].map(
    (column): Step => ({
      name: `a sort (${column.toLowerCase()})`,
      bar: AT_ONCE_MS,
      from: '/orders',
      prepare: async (page) => () =>
        untilListed(page, () => page.getByRole('button', { name: column, exact: true }).click()),
    }),
  ),
  {
    name: `page ${DEEP + 1}, from the one before`,
    bar: AT_ONCE_MS,
    from: '/orders?sort=-total',
    prepare: async (page) => {
      const next = () => untilListed(page, () => page.getByRole('button', { name: 'Next page' }).click());
      for (let step = 1; step < DEEP; step += 1) await next();
      return next;
    },
  },
  {
    name: 'a key (j) to the next row',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page) => {
      await page.keyboard.press('j');
      return async () => {
        await page.keyboard.press('j');
        await rows(page).nth(1).and(page.locator('[data-current="true"]')).waitFor();
        await drawn(page);
      };
    },
  },
  {
    name: 'an order, opened by Enter',
    bar: AT_ONCE_MS,
    from: '/orders',
    prepare: async (page) => {
      await page.keyboard.press('j');
      return async () => {
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { level: 2, name: 'Timeline' }).waitFor();
        await drawn(page);
      };
    },
  },
  {
    name: 'the exceptions, opened anew',
    bar: ANEW_MS,
    from: '/account',
    prepare: async (page) => async () => {
      await page.goto(new URL('/exceptions', page.url()).href, { waitUntil: 'commit' });
      await page.getByRole('region', { name: 'The exception' }).waitFor();
    },
  },
  {
    name: 'the overview, opened anew',
    bar: ANEW_MS,
    from: '/account',
    prepare: async (page, turn) => async () => {
      // Sums are kept for seconds; each turn asks for those of another time zone.
      await page.route('**/v1/reports/overview*', (route) =>
        route.continue({
          url: route
            .request()
            .url()
            .replace(/timezone=[^&]*/, `timezone=Etc/GMT-${turn + 1}`),
        }),
      );
      await page.goto(new URL('/overview', page.url()).href, { waitUntil: 'commit' });
      await page.getByRole('region', { name: 'Time in each status' }).waitFor();
      await drawn(page);
      await page.unroute('**/v1/reports/overview*');
    },
  },
];
