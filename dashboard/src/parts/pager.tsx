import { Button, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useWords } from '../words/languages.tsx';

type Props = {
  readonly next: string | null;
  readonly page: number;
  readonly go: (to: { cursor: string; page: string }) => void;
};

/** Cursors lead forward only; the way back is the browser's own. */
export function Pager({ next, page, go }: Props) {
  const words = useWords();
  if (page === 1 && next === null) return null;
  return (
    <Group component="nav" aria-label={words.general.page(page)} justify="center">
      <Button
        variant="default"
        disabled={page === 1}
        leftSection={<IconChevronLeft size={16} aria-hidden className="flip" />}
        onClick={() => window.history.back()}
      >
        {words.general.previous}
      </Button>
      <span className="numbers">{words.general.page(page)}</span>
      <Button
        variant="default"
        disabled={next === null}
        rightSection={<IconChevronRight size={16} aria-hidden className="flip" />}
        onClick={() => next !== null && go({ cursor: next, page: String(page + 1) })}
      >
        {words.general.next}
      </Button>
    </Group>
  );
}
