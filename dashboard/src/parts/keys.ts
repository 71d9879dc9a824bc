import { type HotkeyItem, useHotkeys } from '@mantine/hooks';

/** Where keys mean something of their own, however the page would take them. */
const APART = '[role="dialog"], [role="menu"], [role="listbox"]';

/** A dialog that Escape has just closed is no longer on the page, but still what the key was pressed in. */
const isCovered = ({ target }: KeyboardEvent): boolean =>
  document.querySelector('[aria-modal="true"]') !== null ||
  (target instanceof Element && target.closest(APART) !== null);

/** To go on and on; every other key that is held acts once, or it would decide one case after another. */
const REPEATED: ReadonlySet<string> = new Set(['j', 'k']);

/** Keys of the page, which rest while something lies over it. */
export function usePageKeys(keys: readonly HotkeyItem[]): void {
  useHotkeys(
    keys.map(
      ([key, act, { preventDefault = true } = {}]): HotkeyItem => [
        key,
        (event) => {
          if (isCovered(event) || (event.repeat && !REPEATED.has(key))) return;
          if (preventDefault) event.preventDefault();
          act(event);
        },
        { preventDefault: false },
      ],
    ),
  );
}

/** What the keyboard moves to in the row of a list. */
export const rowId = (name: string): string => `row-${name}`;
export const focusRow = (name: string | undefined): void => {
  if (name !== undefined) document.getElementById(rowId(name))?.focus();
};
