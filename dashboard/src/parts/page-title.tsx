import { Title, type TitleProps } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** The name of the application, as the page that carries it all says. */
const APPLICATION = document.title;

/** The address whose heading was shown before: none when the browser has just loaded the page, and begins to read by itself. */
let before: string | null = null;

/** On a new page reading begins at its heading, unless a field of it waits for what will be written. */
function useReadFromHere() {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const { pathname } = window.location;
    const isNew = before !== null && before !== pathname;
    before = pathname;
    if (isNew && document.activeElement?.matches('main :is(input, textarea)') !== true)
      ref.current?.focus({ preventScroll: true });
  }, []);
  return ref;
}

/** The heading of a page, and its title in the tab of the browser: `tab` where that says more, `whose` where it is a store's. */
export function PageTitle({
  children,
  tab = children,
  whose = APPLICATION,
  className = '',
  ...rest
}: Omit<TitleProps, 'order'> & { readonly children: string; readonly tab?: string; readonly whose?: string }) {
  const ref = useReadFromHere();
  useEffect(() => {
    document.title = `${tab} · ${whose}`;
  }, [tab, whose]);
  return (
    <Title order={1} size="h2" {...rest} ref={ref} tabIndex={-1} className={`no-ring ${className}`}>
      {children}
    </Title>
  );
}
