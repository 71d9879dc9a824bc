import { CloseButton, Group, Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '../words/languages.tsx';

/** In this order: what the form itself names, its first field, its main button, any button. */
const FIRST = [
  '[data-autofocus]',
  ':is(input, textarea, select):not([type="hidden"], :disabled)',
  'button[type="submit"]:not(:disabled)',
  'button:not(:disabled)',
];

const firstIn = (body: HTMLElement): HTMLElement | undefined =>
  FIRST.flatMap((selector) => [...body.querySelectorAll<HTMLElement>(selector)]).find((one) => one.checkVisibility());

/** The trap of the focus takes what is marked, and would else take the button that closes. What comes later takes the focus then. */
function useFirstFocus() {
  const ref = useRef<HTMLDivElement>(null);
  const hadFirst = useRef(false);
  useLayoutEffect(() => {
    const body = ref.current;
    if (body === null) return;
    const first = firstIn(body);
    body.toggleAttribute('data-autofocus', first === undefined);
    first?.setAttribute('data-autofocus', '');
    const isNowhere = document.activeElement === body || document.activeElement === document.body;
    if (!hadFirst.current && isNowhere) first?.focus({ preventScroll: true });
    hadFirst.current = first !== undefined;
  });
  return ref;
}

/** What had the focus last. An entry of a menu is soon gone, often before its dialog opens; the button of the menu is not. */
let lastFocused: HTMLElement | null = null;
document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  const button = target.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  lastFocused = button == null ? target : document.getElementById(button);
});

/** Gives the focus back to what opened the dialog. */
function useFocusBack() {
  const [opener] = useState(() => lastFocused);
  useEffect(() => () => opener?.focus({ preventScroll: true }), [opener]);
}

function Body({ children }: { readonly children: ReactNode }) {
  const ref = useFirstFocus();
  return (
    <Modal.Body ref={ref} tabIndex={-1} pt="xs" className="no-ring">
      {children}
    </Modal.Body>
  );
}

/** A dialog over the page, the whole screen of a telephone. Its title is a heading and no second banner of the page. */
export function Dialog({
  title,
  close,
  size = 'lg',
  children,
}: {
  readonly title: ReactNode;
  readonly close: () => void;
  readonly size?: string;
  readonly children: ReactNode;
}) {
  const words = useWords();
  const isSmall = useMediaQuery('(max-width: 36em)') ?? false;
  useFocusBack();
  return (
    <Modal.Root opened onClose={close} size={size} fullScreen={isSmall} returnFocus={false}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" wrap="nowrap" px="md" pt="md">
          <Modal.Title fw={650} fz="lg">
            {title}
          </Modal.Title>
          <CloseButton aria-label={words.general.close} onClick={close} />
        </Group>
        <Body>{children}</Body>
      </Modal.Content>
    </Modal.Root>
  );
}
