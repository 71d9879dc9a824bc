import { Button, Grid } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** A list to work through, beside what is chosen of it; on a telephone one or the other. */

type Chosen<Item> = {
  readonly one: Item | null;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** What is worked on when this one is done. */
  readonly next: Item | undefined;
};

/** Beside the list something is always chosen, the first of it where the address names nothing. */
export function useChosen<Item>(items: readonly Item[], isNamed: (item: Item) => boolean): Chosen<Item> {
  const isWide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const named = items.findIndex(isNamed);
  const index = named === -1 && isWide ? 0 : named;
  return {
    one: items[index] ?? null,
    before: items[Math.max(index - 1, 0)],
    after: items[Math.min(index + 1, items.length - 1)],
    next: items[index + 1] ?? items[index - 1],
  };
}

export function TwoPanes({
  list,
  detail,
  backTo,
  back,
}: {
  readonly list: ReactNode;
  /** Null when nothing is chosen. */
  readonly detail: ReactNode;
  readonly backTo: string;
  readonly back: () => void;
}) {
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 5 }} className={detail === null ? undefined : 'hide-small'}>
        {list}
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        {detail === null ? null : (
          <>
            <Button
              variant="subtle"
              size="xs"
              mb="xs"
              className="only-small"
              leftSection={<IconChevronLeft size={16} aria-hidden className="flip" />}
              onClick={back}
            >
              {backTo}
            </Button>
            {detail}
          </>
        )}
      </Grid.Col>
    </Grid>
  );
}
