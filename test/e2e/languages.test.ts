import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { deliver, place, untilOrder } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** A page in Arabic has no English sentence, wherever the sentence comes from. */

let rooms: Rooms;
let risky: string;
let disputed: string;
let declined: string;
beforeAll(async () => {
  rooms = await openRooms();
  const { system } = rooms;
  const policy = {
    fraud: { review_from: 30, first_order_over_minor: 1000, disposable_domains: ['throwaway.example'] },
  };
  for (const [code, own] of [
    ['wary', policy],
    ['calls', { confirmation: 'call' as const }],
  ] as const)
    await putStore(system.database.db, { code, name: code, supportEmail: 'help@example.com', policy: own });
  declined = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
  risky = await place(system, { store: 'wary', customer: { name: 'Eve', email: 'eve@throwaway.example' } });
  disputed = await place(system);
  await deliver(system, disputed);
  const { payments } = await untilOrder(system, disputed, () => true);
  await system.control.dispute(payments[0]?.reference ?? '', { reason: 'product_not_received' });
  for (const [number, kind] of [
    [declined, 'payment_failed'],
    [risky, 'fraud'],
    [disputed, 'dispute'],
  ] as const)
    await desk.openException(number, kind);
});
afterAll(() => rooms.stop());
const desk = deskOf(() => rooms.system);

/** Names and references are as they are; these are words of sentences. */
const ENGLISH = /\b(the|is|are|was|of|not|and|for|must|has|that|with|an?)\b/i;
/** What of the page a person reads that is an English sentence. What is typed or pasted is theirs. */
const englishOn = async (page: Page): Promise<string[]> => {
  const text: string[] = await page.evaluate(`[...document.body.querySelectorAll('*')]
    .filter((element) => !element.closest('script, style, textarea, .mono, [lang="en"]'))
    .flatMap((element) => [...element.childNodes])
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.textContent.trim())`);
  return text.filter((part) => ENGLISH.test(part));
};
const arabic = (path: string) => rooms.open(path, {}, { language: 'ar' });

test('a language and an appearance are chosen in the header, at once and for the next time', async () => {
  const opened = await rooms.open('/account');
  const { page, context } = opened;
  await page.getByRole('button', { name: 'Appearance' }).click();
  expect(await page.getByRole('menuitemradio', { name: 'English' }).getAttribute('aria-checked')).toBe('true');
  await expectSound(opened);
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect.poll(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
  await page.getByRole('button', { name: 'Appearance' }).click();
  await page.getByRole('menuitemradio', { name: 'العربية' }).click();
  await page.getByRole('heading', { level: 1, name: 'الحساب' }).waitFor();
  const { origins } = await context.storageState();
  expect(origins[0]?.localStorage).toEqual(
    expect.arrayContaining([{ name: 'language', value: 'ar' }, expect.objectContaining({ value: 'dark' })]),
  );
});

describe('in Arabic', () => {
  test.each([
    ['a card that was declined', () => declined, 'رُفضت البطاقة.', []],
    ['signs of fraud', () => risky, 'طلب أول يتجاوز حد المتجر للطلبات الأولى.', []],
    ['a dispute', () => disputed, 'لم تصل البضاعة', ['The parcel has been delivered.']],
  ])('an order says why a person is needed, and all that happened: %s', async (_name, number, words, ofPartners) => {
    const opened = await arabic(`/orders/${number()}`);
    const { page } = opened;
    const timeline = page.getByRole('region', { name: 'السجل' });
    await timeline.getByText(words).first().waitFor();
    await page.getByRole('region', { name: 'استثناءات مفتوحة' }).getByText(words).waitFor();
    const all = timeline.getByRole('button');
    if ((await all.count()) > 0) await all.click();
    expect(await englishOn(page)).toEqual(ofPartners);
    await expectSound(opened);
  });

  test.each([
    '/orders',
    '/exceptions',
    '/calls',
    '/inventory',
    '/proposals',
    '/overview',
    '/settings?part=people',
    '/settings?part=keys',
    '/settings?part=locations',
    '/account',
    '/simulator',
  ])('every page is for everybody, on a telephone in the dark: %s', async (path) => {
    const opened = await rooms.open(path, {}, { language: 'ar', width: 360, scheme: 'dark' });
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => opened.page.getByLabel('جارٍ التحميل').count()).toBe(0);
    expect(await englishOn(opened.page)).toEqual([]);
    await expectSound(opened);
    await opened.context.close();
  });

  test('the chart of the days stands where it can be seen', async () => {
    const { page } = await arabic('/overview');
    const chart = page.getByRole('region', { name: 'طلبات آخر 14 يومًا' });
    const bar = await chart.locator('.recharts-bar-rectangle path').last().boundingBox();
    const frame = await chart.boundingBox();
    expect(bar?.height).toBeGreaterThan(10);
    expect(bar?.x).toBeGreaterThan(frame?.x ?? 0);
    expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
  });

  test('the inbox says what happened, and what was written down with it', async () => {
    const { page } = await arabic(`/exceptions?kind=fraud`);
    const detail = page.getByRole('region', { name: 'الاستثناء' });
    await detail.getByText('يمنح throwaway.example عناوين بريد تُرمى بعد استعمالها.').first().waitFor();
    await detail.getByText('العلامات', { exact: true }).waitFor();
    expect(await englishOn(page)).toEqual([]);
    await page.goto(`${rooms.system.url}/exceptions`);
    await expect.poll(() => page.getByRole('listitem').count()).toBe(3);
    expect(await englishOn(page)).toEqual([]);
  });

  test('the bell says what it is about', async () => {
    const { page } = await arabic('/account');
    await page.getByRole('button', { name: /^الإشعارات/ }).click();
    await page.getByRole('dialog').getByText('رُفضت البطاقة.').waitFor();
    expect(await englishOn(page)).toEqual([]);
  });

  test('a policy is explained, and a wrong field says why', async () => {
    const opened = await arabic('/settings?part=policies');
    const { page } = opened;
    const calls = page.getByRole('group', { name: 'المكالمات', exact: true }).first();
    await calls.getByRole('textbox', { name: 'المكالمة التالية بعد' }).fill('three hours');
    await page.getByText('كيف تُختار المواقع').first().waitFor();
    await page.getByRole('button', { name: 'حفظ كنسخة جديدة' }).first().click();
    await calls.getByText('يجب أن يكون مدة بصيغة').waitFor();
    expect(await englishOn(page)).toEqual([]);
    await expectSound(opened);
  });

  test('each row of a file that cannot be taken says why', async () => {
    const { page } = await arabic('/inventory');
    await page.getByRole('button', { name: 'استيراد' }).click();
    await page
      .getByRole('dialog')
      .getByRole('textbox')
      .fill('sku,location,on_hand\nNOPE,WEST,1\nTEE,MOON,2\nTEE,WEST,many');
    await page.getByRole('dialog').getByRole('button', { name: 'فحص' }).click();
    for (const words of ['NOPE ليس في قائمة المنتجات', 'لا يوجد موقع MOON', 'يجب أن يكون عددًا صحيحًا'])
      await page.getByRole('dialog').getByRole('cell', { name: words }).waitFor();
    expect(await englishOn(page)).toEqual([]);
  });

  test('the buyer reads their cancelled order', async () => {
    const { system } = rooms;
    const number = await place(system, { store: 'calls', payment: { method: 'cod' } });
    await untilOrder(system, number, ({ waiting }) => waiting.code === 'call');
    expect((await desk.act(number, 'log_call', { outcome: 'fake' })).status).toBe(200);
    const { body } = await system.call('POST', `/v1/orders/${number}/links`, { body: {} });
    const opened = await rooms.open(`/track/${body.token}`, null, { language: 'ar', width: 360 });
    await opened.page.getByRole('alert').getByText('لم نستطع تأكيد الطلب.').waitFor();
    expect(await englishOn(opened.page)).toEqual([]);
    await expectSound(opened);
  });
});
