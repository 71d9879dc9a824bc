import { useState } from 'react';
import { focusRow, usePageKeys } from '../parts/keys.ts';

/** j and k walk through a list by the names of its rows, so that a row that moves keeps the mark; Enter opens the marked one. */
export function useListKeys(names: readonly string[], open: (name: string) => void) {
  const [current, setCurrent] = useState<string | null>(null);
  const move = (step: 1 | -1): void => {
    if (names.length === 0) return;
    const index = current === null ? -1 : names.indexOf(current);
    const next =
      index === -1 ? (step === 1 ? 0 : names.length - 1) : Math.min(names.length - 1, Math.max(0, index + step));
    setCurrent(names[next] ?? null);
    focusRow(names[next]);
  };
  usePageKeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    [
      'Enter',
      (event) => {
        // A button or link that has the focus means itself.
        if ((event.target as HTMLElement | null)?.closest('a,button,[role="tab"]') != null) return;
        if (current !== null && names.includes(current)) open(current);
      },
      { preventDefault: false },
    ],
  ]);
  return { current: current !== null && names.includes(current) ? current : null, setCurrent, move };
}
