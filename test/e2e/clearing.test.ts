import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../setup/desk.ts';
import { eventually, getOrder, place, untilOrder } from '../setup/system.ts';
import { expectFocus, expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
});
afterAll(() => rooms.stop());

const desk = deskOf(() => rooms.system);
const DECLINED = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
const failing = async (): Promise<string> => {
  const number = await place(rooms.system, { payment: DECLINED });
  await desk.openException(number, 'payment_failed');
  return number;
};

/** An order for an address that the carrier does not know, and what a person is asked about it. */
const unshippable = async (): Promise<{ number: string; id: string }> => {
  const number = await place(rooms.system, {
    payment: { method: 'cod' },
    shipping_address: {
      name: 'Ada',
      line1: '1 Market St',
      city: 'San Francisco',
      region: 'CA',
      postal_code: '00000',
      country: 'US',
    },
  });
  return { number, id: await desk.openException(number, 'bad_address') };
};

/** What the page has sent since, other than previews, which change nothing. */
function sentBy(page: Page): string[] {
  const sent: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() !== 'GET' && !pathname.endsWith('/preview')) sent.push(pathname);
  });
  return sent;
}

describe('the inbox of exceptions', () => {
  test('is worked through by keyboard alone: claim, decide by number, confirm what ends an order', async () => {
    const number = await failing();
    const { page } = await rooms.open('/exceptions');
    await page.getByRole('region', { name: 'The exception' }).getByRole('link', { name: number }).waitFor();
    const rows = page.getByRole('list', { name: 'Inbox' }).getByRole('listitem');
    await page.keyboard.press('j');
    await expectFocus(rows.first().getByRole('button'));
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Let go' }).waitFor();
    await page.keyboard.press('3');
    await page.getByText('Status: Pending → Failed').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Resolved: Payment failed').waitFor();
    await untilOrder(rooms.system, number, (order) => order.status === 'failed');
    await page.getByText('Nothing to clear').waitFor();
  });

  test('does nothing by its keys while a dialog is open, which has the focus in its first field and gives it back', async () => {
    const { number, id } = await unshippable();
    const { page } = await rooms.open(`/exceptions?id=${encodeURIComponent(id)}`);
    const detail = page.getByRole('region', { name: 'The exception' });
    await detail.getByRole('link', { name: number }).waitFor();
    const sent = sentBy(page);
    const before = page.url();
    const tryOn = async () => {
      for (const key of ['c', 'x', '2', 'o']) await page.keyboard.press(key);
    };
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await tryOn();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });

    const correct = detail.getByRole('button', { name: 'Correct the address' });
    await correct.click();
    const form = page.getByRole('dialog', { name: 'Resolve exception' });
    await expectFocus(form.getByRole('combobox').first());
    await form.getByRole('button', { name: 'Close' }).focus();
    await tryOn();
    expect(await form.getByRole('textbox', { name: 'Postal code' }).inputValue()).toBe('00000');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await expectFocus(correct);
    expect(page.url()).toBe(before);
    expect(sent).toEqual([]);
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });

  test('in Arabic the proposal, the cost of waiting and why an action is off are said in Arabic', async () => {
    const number = await failing();
    const { page } = await rooms.open('/exceptions', {}, { language: 'ar' });
    await page.getByRole('link', { name: number }).first().waitFor();
    await page.getByText('اطلب من المشتري أن يدفع مجددًا').waitFor();
    await page.getByText('والمشتري الذي لم يُسأل يشتري من غيرنا').waitFor();
    await page.goto(`${rooms.system.url}/orders/${number}`);
    await page.getByRole('button', { name: 'إجراءات أخرى' }).click();
    const menu = page.getByRole('menu');
    await menu.getByText('الطلب غير معلّق.').waitFor();
    expect(await menu.innerText()).not.toMatch(/[a-z]{2,}/i);
    const { exceptions } = await getOrder(rooms.system, number);
    await desk.resolve(String(exceptions[0]?.id), { resolution: 'cancel_order' });
  });

  test.each([
    [
      'en',
      'The exception',
      ['1 × Product MUG', '$4.50', 'The card has expired or was cancelled', 'Acme', 'Buy the label'],
    ],
    [
      'ar',
      'الاستثناء',
      ['1 × Product MUG', 'انتهت صلاحية البطاقة أو أُلغيت', 'Acme', 'شراء الملصق', 'لا تقبل شركة الشحن العنوان'],
    ],
  ] as const)('says what was tried in words, and folds away what is for programs: %s', async (language, name, said) => {
    const number = await place(rooms.system, { payment: { method: 'cod' } });
    const written = {
      refund_failed: { refund: 're_abc', amount: 450, currency: 'USD', why: 'expired_or_canceled_card' },
      cancellation_requested: { seller: 'Acme', lines: [{ line: 1, quantity: 1 }], reason: 'It broke' },
      bad_address: { tried: 'buy_label', failure: 'AddressRejected', messages: ['No such street.'] },
      authorization_expiring: { captureBefore: Date.now() + 3_600_000, payment: 'pi_abc' },
      dispute: { dispute: { id: 'dp_abc', status: 'needs_response', amount: 450, reason: 'product_not_received' } },
      fraud: { warning: 'issfr_abc', kind: 'made_with_stolen_card' },
    };
    const { pool } = rooms.system.database;
    const texts: string[] = [];
    const { page } = await rooms.open('/exceptions', {}, { language });
    for (const [index, [kind, context]] of Object.entries(written).entries()) {
      const id = `${number}/x${900 + index}`;
      await pool.query(
        `insert into exception (id, order_number, kind, severity, lane, status, summary, context, proposal, resolutions,
                                opened_at, due_at)
         values ($1, $2, $3, 'high', 'test', 'open', 'It happened.', $4, 'Decide.', '["close"]', now(), now())`,
        [id, number, kind, context],
      );
      await page.goto(`${rooms.system.url}/exceptions?id=${encodeURIComponent(id)}`);
      const detail = page.getByRole('region', { name, exact: true });
      await detail.locator('dl').waitFor();
      await expect.poll(() => detail.innerText()).not.toContain('…');
      texts.push(await detail.innerText());
    }
    for (const text of texts) expect(text).not.toMatch(/[a-z]_[a-z]|\{/);
    for (const words of said) expect(texts.join('\n')).toContain(words);
    const folded = page.locator('details');
    await folded.locator('summary').click();
    await folded.getByText('issfr_abc').waitFor();
    await pool.query('delete from exception where order_number = $1', [number]);
  });

  test('what was not settled is opened again, from the list of what is resolved', async () => {
    const { number, id } = await unshippable();
    const address = { ...(await getOrder(rooms.system, number)).shipping_address, postal_code: '94105' };
    await desk.resolve(id, { resolution: 'edit_address', address });
    await untilOrder(rooms.system, number, (order) => order.exceptions.every(({ status }) => status === 'resolved'));
    const opened = await rooms.open(`/exceptions?status=resolved&id=${encodeURIComponent(id)}`, {}, { width: 360 });
    const { page } = opened;
    const note = page.getByRole('textbox', { name: 'Why it is not settled after all' });
    await note.fill('The carrier called: there is no such door.');
    await expectSound(opened);
    await page.getByRole('button', { name: 'Open it again' }).click();
    await page.getByText('Opened again: Bad address').waitFor();
    const order = await untilOrder(rooms.system, number, (now) =>
      now.exceptions.some(({ status }) => status === 'open'),
    );
    expect(order.timeline.map(({ type }) => type)).toContain('exception_reopened');
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });

  test('a form that cannot be begun, since the order cannot be read, says so and begins when it can', async () => {
    const { number, id } = await unshippable();
    const { page } = await rooms.open(`/exceptions?id=${encodeURIComponent(id)}`);
    const choices = page.getByRole('group', { name: 'Resolve' });
    await choices.waitFor();
    const order = `**/v1/orders/${number}`;
    await page.route(order, (route) =>
      route.fulfill({ status: 503, json: { code: 'unavailable', title: 'Not now.' } }),
    );
    await choices.getByRole('button', { name: 'Correct the address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Resolve exception' });
    await dialog.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
    await page.unroute(order);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('textbox', { name: 'Postal code' }).waitFor();
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });

  test('that a colleague holds is shown as theirs, in the list and when it is opened, and can be left out', async () => {
    const number = await failing();
    const id = await desk.openException(number, 'payment_failed');
    const colleague = await rooms.system.makeKey('staff', ['exceptions:read', 'exceptions:resolve']);
    const path = `/v1/exceptions/${encodeURIComponent(id)}/claim`;
    expect((await rooms.system.call('POST', path, { key: colleague, body: {} })).status).toBe(200);
    const { page } = await rooms.open(`/exceptions?id=${encodeURIComponent(id)}`);
    await page.getByRole('list', { name: 'Inbox' }).getByText('Held by test staff').waitFor();
    await page
      .getByRole('region', { name: 'The exception' })
      .getByRole('alert')
      .filter({ hasText: 'Held by test staff' })
      .waitFor();
    await page.getByRole('combobox', { name: 'Held by' }).click();
    await page.getByRole('option', { name: 'Nobody' }).click();
    await page.getByText('No exception fits these filters').waitFor();
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });

  test('many of a kind are resolved together', async () => {
    const numbers = [await failing(), await failing(), await failing()];
    const { page } = await rooms.open('/exceptions?kind=payment_failed');
    await expect.poll(() => page.getByRole('list', { name: 'Inbox' }).getByRole('listitem').count()).toBe(3);
    await page.getByRole('button', { name: 'Select all of this kind' }).click();
    await page.getByRole('combobox', { name: 'Resolve' }).click();
    await page.getByRole('option', { name: 'End as failed' }).click();
    await page.getByRole('button', { name: 'Resolve 3 together' }).click();
    await page.getByText('3 resolved, 0 refused').waitFor();
    for (const number of numbers) await untilOrder(rooms.system, number, (order) => order.status === 'failed');
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('is for everybody: %s, %i px', async (scheme, width) => {
    const number = await failing();
    const opened = await rooms.open('/exceptions', {}, { scheme, width });
    await opened.page.getByText(number).first().waitFor();
    await expectSound(opened);
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });
});

describe('the call list', () => {
  const call = async (): Promise<string> => {
    const { system } = rooms;
    const { body } = await system.call('GET', '/v1/stores/main');
    if (body.policy.confirmation !== 'call')
      await system.call('PUT', '/v1/stores/main/policy', {
        body: { version: body.policy_version, policy: { ...body.policy, confirmation: 'call' } },
      });
    return eventually(
      () => place(system, { payment: { method: 'cod' } }),
      // The policy is read again within seconds; until then orders need no call.
      (number) => number !== '',
    ).then(async (number) => {
      const order = await getOrder(system, number);
      return order.waiting_for.includes('call') ? number : call();
    });
  };

  test('a call that nobody answers comes later, and one that is answered confirms the order: one key each', async () => {
    const number = await call();
    const { page } = await rooms.open(`/calls?order=${number}`);
    await page.getByRole('region', { name: 'The call' }).getByText(number).waitFor();
    expect(await page.getByRole('link', { name: '+14155550100' }).getAttribute('href')).toBe('tel:+14155550100');
    await page.keyboard.press('2');
    await page.getByText('Logged: No answer').waitFor();
    await page.goto(`${rooms.system.url}/calls?order=${number}`);
    await page.getByText('1 attempt', { exact: false }).first().waitFor();
    await page.keyboard.press('4');
    await page.getByRole('button', { name: 'Tomorrow at 10' }).click();
    await page.getByRole('button', { name: 'Postponed' }).click();
    await page.getByText('Logged: Postponed').waitFor();
    await page.goto(`${rooms.system.url}/calls?order=${number}`);
    await page.getByText('2 attempts', { exact: false }).first().waitFor();
    const history = page.getByRole('region', { name: 'The call' }).getByRole('listitem');
    await history.nth(1).filter({ hasText: 'Postponed' }).waitFor();
    expect(await history.first().textContent()).toMatch(/^No answer · .*by Person \d+ \(Owner\)/);
    await page.keyboard.press('1');
    await page.getByText('Logged: Confirmed').waitFor();
    await untilOrder(rooms.system, number, (order) => order.status === 'processing');
  });

  test('logs nothing by a key that is pressed in a dialog or a menu, or that is held', async () => {
    const [number, another] = [await call(), await call()];
    const { page } = await rooms.open(`/calls?order=${number}`);
    await page.getByRole('region', { name: 'The call' }).getByText(number).waitFor();
    const sent = sentBy(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    for (const key of ['1', '2', 'o']) await page.keyboard.press(key);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Account' }).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(sent).toEqual([]);
    await page.keyboard.down('2');
    await page.getByText('Logged: No answer').waitFor();
    await page.getByRole('region', { name: 'The call' }).getByText(another).waitFor();
    await page.keyboard.down('2');
    await page.keyboard.up('2');
    expect(sent).toEqual([`/v1/orders/${number}/actions/log_call`]);
  });

  test('is for everybody: 360 px', async () => {
    const number = await call();
    const opened = await rooms.open(`/calls?order=${number}`, {}, { width: 360 });
    await opened.page.getByRole('region', { name: 'The call' }).waitFor();
    await expectSound(opened);
  });
});
