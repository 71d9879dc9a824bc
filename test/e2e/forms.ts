import type { Locator, Page } from 'playwright-core';
import { eventually } from '../setup/system.ts';
import type { Rooms } from './desk.ts';

/** The forms of actions, filled in and sent as a person does. */
export type Forms = {
  /** Opens the order and the form of an action, wherever its button is. */
  begin(number: string, action: string): Promise<void>;
  write(name: string, text: string): Promise<void>;
  choose(name: string, option: string | RegExp): Promise<void>;
  send(action: string): Promise<void>;
};

/** What the menu offers is read anew until the action is among it; a page that is drawn again while it loads closes the menu. */
async function chooseFromMenu(page: Page, more: Locator, action: string): Promise<void> {
  const item = page.getByRole('menuitem', { name: action, exact: true });
  await eventually(
    async () => {
      if ((await more.getAttribute('aria-expanded')) !== 'true') await more.click();
      return page.getByRole('menuitem').allInnerTexts();
    },
    (offered) => offered.includes(action),
  );
  await item.click();
}

export const formsOn = (rooms: () => Rooms, page: () => Page): Forms => ({
  async begin(number, action) {
    await page().goto(`${rooms().system.url}/orders/${number}`);
    const bar = page().getByRole('group', { name: 'Actions' });
    await bar.waitFor();
    const inSight = bar.getByRole('button', { name: action, exact: true });
    if ((await inSight.count()) > 0) {
      await inSight.click();
      return;
    }
    await chooseFromMenu(page(), bar.getByRole('button', { name: 'More actions' }), action);
  },
  write: (name, text) => page().getByRole('dialog').getByRole('textbox', { name }).fill(text),
  async choose(name, option) {
    await page().getByRole('dialog').getByRole('combobox', { name }).click();
    await page().getByRole('option', { name: option }).click();
  },
  async send(action) {
    await page().getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
    await page().getByText(`Done: ${action}`).last().waitFor();
  },
});
