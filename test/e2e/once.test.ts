import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { getOrder, place } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** What is pressed twice, because nobody heard the answer, two people do the same or it is asked for again, and happens once. */

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
  const policies = { main: { confirmation: 'call', calls: { attempts_at_most: 5 } }, direct: {} } as const;
  for (const [code, policy] of Object.entries(policies))
    await putStore(rooms.system.database.db, { code, name: code, supportEmail: 'help@example.com', policy });
});
afterAll(() => rooms.stop());

const desk = deskOf(() => rooms.system);
const OFFLINE = 'The server cannot be reached';

/** The next request goes through, and its answer does not come back. */
const loseAnswerOf = (page: Page, path: RegExp) =>
  page.route(
    path,
    async (route) => {
      // The browser adds this only on its own way out.
      const headers = { ...route.request().headers(), 'sec-fetch-site': 'same-origin' };
      expect((await route.fetch({ headers })).ok()).toBe(true);
      await route.abort();
    },
    { times: 1 },
  );

const toCall = (): Promise<string> => place(rooms.system, { payment: { method: 'cod' } });
const attemptsOf = async (number: string): Promise<number> => (await getOrder(rooms.system, number)).calls.attempts;

describe('a click whose answer was lost', () => {
  test('logs one attempt of a call', async () => {
    const number = await toCall();
    const { page } = await rooms.open(`/calls?order=${number}`);
    const call = page.getByRole('region', { name: 'The call' });
    await call.getByText(number).waitFor();
    await loseAnswerOf(page, /\/actions\/log_call$/);
    await call.getByRole('button', { name: 'No answer' }).click();
    await call.getByRole('alert').filter({ hasText: OFFLINE }).waitFor();
    await call.getByText('1 attempt', { exact: false }).waitFor();
    await call.getByRole('button', { name: 'No answer' }).click();
    await page.getByText('Logged: No answer').waitFor();
    expect(await attemptsOf(number)).toBe(1);
    await call.getByRole('button', { name: 'Busy' }).click();
    await page.getByText('Logged: Busy').waitFor();
    expect(await attemptsOf(number)).toBe(2);
  });

  test('receives goods once', async () => {
    const onHand = async (): Promise<number> =>
      (await rooms.system.call('GET', '/v1/inventory?sku=TEE&location=WEST')).body.data[0].on_hand;
    const before = await onHand();
    const { page } = await rooms.open('/inventory?sku=TEE');
    await page.getByRole('button', { name: 'More: TEE WEST' }).click();
    await page.getByRole('menuitem', { name: 'Adjust' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Units' }).fill('7');
    await dialog.getByRole('combobox', { name: 'Reason' }).fill('Delivery of Monday');
    await loseAnswerOf(page, /\/inventory\/adjustments$/);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: OFFLINE }).waitFor();
    expect(await onHand()).toBe(before + 7);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`TEE: ${before + 7} on hand`).waitFor();
    expect(await onHand()).toBe(before + 7);
  });

  test('applies a file of movements once', async () => {
    const { page } = await rooms.open('/inventory');
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const before = (await rooms.system.call('GET', '/v1/inventory?sku=MUG&location=EAST')).body.data[0].on_hand;
    await dialog.getByRole('textbox').fill('sku,location,change\nMUG,EAST,5\n');
    const apply = dialog.getByRole('button', { name: /^Apply/ });
    const check = dialog.getByRole('button', { name: 'Check' });
    await check.click();
    await loseAnswerOf(page, /\/inventory\/import$/);
    await apply.click();
    await dialog.getByRole('alert').filter({ hasText: OFFLINE }).waitFor();
    await check.click();
    await apply.click();
    await dialog.getByRole('button', { name: 'Close' }).last().waitFor();
    const after = (await rooms.system.call('GET', '/v1/inventory?sku=MUG&location=EAST')).body.data[0].on_hand;
    expect(after).toBe(before + 5);
  });
});

test('a call that a colleague has logged meanwhile is shown, and counts twice only when it was made twice', async () => {
  const number = await toCall();
  const opened = await rooms.open(`/calls?order=${number}`);
  const { page } = opened;
  const call = page.getByRole('region', { name: 'The call' });
  await call.getByText(number).waitFor();
  expect((await desk.act(number, 'log_call', { outcome: 'no_answer' })).status).toBe(200);
  await call.getByText('1 attempt', { exact: false }).waitFor();
  await call.getByRole('button', { name: 'No answer' }).click();
  const conflict = call.getByRole('alert').filter({ hasText: 'The order changed while you were deciding' });
  await conflict.getByText('No answer').waitFor();
  await expectSound(opened);
  expect(await attemptsOf(number)).toBe(1);
  await call.getByRole('button', { name: 'No answer' }).click();
  await page.getByText('Logged: No answer').waitFor();
  expect(await attemptsOf(number)).toBe(2);
});

test('what ends an order is asked for once more, and said to be done, for everybody', async () => {
  const payment = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
  const number = await place(rooms.system, { store: 'direct', payment });
  const id = await desk.openException(number, 'payment_failed');
  const opened = await rooms.open(`/exceptions?id=${encodeURIComponent(id)}`);
  const { page } = opened;
  const exception = page.getByRole('region', { name: 'The exception' });
  await exception.getByRole('link', { name: number }).first().waitFor();
  await exception.getByRole('button', { name: 'End as failed' }).click();
  await page.getByText('Status: Pending → Failed').waitFor();
  await expectSound(opened);
  await exception.getByRole('button', { name: 'End as failed' }).click();
  const toast = page.getByText('Resolved: Payment failed');
  await toast.hover(); // it stays while the pointer is on it
  await expectSound(opened);
  expect(await toast.isVisible()).toBe(true);
});
