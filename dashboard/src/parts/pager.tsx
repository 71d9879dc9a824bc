import { Button, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { useWords } from '../words/languages.tsx';

type To = { readonly cursor: string | undefined; readonly page: string | undefined };
type Props = { readonly next: string | null; readonly page: number; readonly go: (to: To) => void };

const FIRST: To = { cursor: undefined, page: undefined };

/** Cursors lead forward only: where each page was come to from is kept for as long as the tab is open. */
function useTrail(page: number) {
  const { pathname, search } = useLocation();
  const { cursor } = search as { cursor?: string };
  const keyOf = (number: number, at: string | undefined): string => `page ${number} of ${pathname}: ${at}`;
  const before = sessionStorage.getItem(keyOf(page, cursor));
  return {
    /** None when somebody else has been here before, and sent the address. */
    before: page <= 2 ? FIRST : before === null ? null : { cursor: before, page: String(page - 1) },
    remember: (next: string) => {
      if (cursor !== undefined) sessionStorage.setItem(keyOf(page + 1, next), cursor);
    },
  };
}

export function Pager({ next, page, go }: Props) {
  const words = useWords();
  const { before, remember } = useTrail(page);
  if (page === 1 && next === null) return null;
  return (
    <Group component="nav" aria-label={words.general.page(page)} justify="center">
      <Button
        variant="default"
        disabled={page === 1}
        leftSection={<IconChevronLeft size={16} aria-hidden className="flip" />}
        onClick={() => go(before ?? FIRST)}
      >
        {before === null ? words.general.first : words.general.previous}
      </Button>
      <span className="numbers">{words.general.page(page)}</span>
      <Button
        variant="default"
        disabled={next === null}
        rightSection={<IconChevronRight size={16} aria-hidden className="flip" />}
        onClick={() => {
          if (next === null) return;
          remember(next);
          go({ cursor: next, page: String(page + 1) });
        }}
      >
        {words.general.next}
      </Button>
    </Group>
  );
}
