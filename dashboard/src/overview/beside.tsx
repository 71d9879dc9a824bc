import { Box, Card, Grid, Table, Text, Title } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import { useWords } from '../words/languages.tsx';

export const CHART_HEIGHT = 300;

/** A chart for the eye, and the same as a table for everybody. The table does not wait for what draws the chart. */
export function Beside({
  title,
  hint,
  chart,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly chart: ReactNode;
  readonly children: ReactNode;
}) {
  const words = useWords();
  return (
    <Card component="section" aria-label={title}>
      <Title order={2} size="h5" mb={hint === undefined ? 'sm' : 0}>
        {title}
      </Title>
      {hint === undefined ? null : (
        <Text fz="sm" c="dimmed" mb="sm">
          {hint}
        </Text>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <div aria-hidden dir="ltr">
            <Suspense fallback={<Box h={CHART_HEIGHT} />}>{chart}</Suspense>
          </div>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Table.ScrollContainer
            minWidth={260}
            mah={320}
            type="native"
            tabIndex={0}
            role="group"
            aria-label={`${title}: ${words.overview.table}`}
          >
            {children}
          </Table.ScrollContainer>
        </Grid.Col>
      </Grid>
    </Card>
  );
}
