import { Box, Card, Grid, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import type { Overview } from '../../../src/contracts/reports.ts';
import { ask, queryOf } from '../api/client.ts';
import { count, day, money, shortDay, span } from '../api/format.ts';
import { hasScope } from '../api/session.ts';
import { statisticsQuery } from '../exceptions/queries.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Answered, LoadingRows, ProblemNote } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useSpeech } from '../words/languages.tsx';

/** The figures do not wait for what draws the chart. */
const DaysChart = lazy(async () => ({ default: (await import('../overview/chart.tsx')).DaysChart }));
const CHART_HEIGHT = 300;
const DAYS = 14;
const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return ask<Overview>(`/v1/reports/overview${queryOf({ days: DAYS, timezone })}`, { signal });
  },
  refetchInterval: 60_000,
});
const alertsQuery = queryOptions({
  queryKey: ['inventory', 'alerts'],
  queryFn: ({ signal }) => ask<{ data: unknown[] }>('/v1/inventory/alerts', { signal }),
});

function Figure({
  name,
  children,
  note,
  link,
}: {
  readonly name: string;
  readonly children: ReactNode;
  readonly note?: ReactNode;
  readonly link?: ReactNode;
}) {
  return (
    <Card>
      <Text fz="sm" c="dimmed">
        {name}
      </Text>
      <Text fz={24} fw={700} className="numbers wrap-anywhere">
        {children}
      </Text>
      <Group gap="xs" mih={22}>
        {note === undefined ? null : (
          <Text fz="sm" className="late">
            {note}
          </Text>
        )}
        {link}
      </Group>
    </Card>
  );
}

/** Figures that are not in the report, for those who may read them. */
function useOtherFigures() {
  const me = useMe();
  const exceptions = useQuery({ ...statisticsQuery, enabled: hasScope(me, 'exceptions:read') });
  const alerts = useQuery({ ...alertsQuery, enabled: hasScope(me, 'inventory:read') });
  return { exceptions, alerts };
}

function UnreadFigures() {
  const { exceptions, alerts } = useOtherFigures();
  const failed = [exceptions, alerts].find(({ error }) => error !== null);
  return failed === undefined ? null : <ProblemNote error={failed.error} retry={() => void failed.refetch()} />;
}

/** What stands for a figure: that it comes, or that it does not. */
const unknown = ({ error }: { readonly error: unknown }): string => (error === null ? '…' : '—');

function Figures({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const me = useMe();
  const seesExceptions = hasScope(me, 'exceptions:read');
  const seesStock = hasScope(me, 'inventory:read');
  const { exceptions, alerts } = useOtherFigures();
  const statistics = exceptions.data;
  const today = report.days.at(-1);
  const revenue = today?.revenue.map(({ amount, currency }) => money(amount, currency, language)).join(' · ');
  return (
    <SimpleGrid cols={{ base: 2, md: 3, lg: 5 }} spacing="md">
      <Figure
        name={words.overview.ordersToday}
        link={
          <TextLink to="/orders" fz="sm">
            {words.nav.orders}
          </TextLink>
        }
      >
        {count(today?.orders ?? 0, language)}
      </Figure>
      <Figure name={words.overview.revenueToday}>{revenue === undefined || revenue === '' ? '—' : revenue}</Figure>
      {seesExceptions ? (
        <Figure
          name={words.overview.openExceptions}
          note={
            statistics === undefined || statistics.open.overdue === 0
              ? undefined
              : words.overview.overdue(statistics.open.overdue)
          }
          link={
            <TextLink to="/exceptions" fz="sm">
              {words.nav.exceptions}
            </TextLink>
          }
        >
          {statistics === undefined ? unknown(exceptions) : count(statistics.open.total, language)}
        </Figure>
      ) : null}
      <Figure
        name={words.overview.lateParcels}
        link={
          <TextLink to="/orders" search={{ status: 'confirmed,processing', sort: 'created' }} fz="sm">
            {words.orders.presets.toShip}
          </TextLink>
        }
      >
        {count(report.late_parcels, language)}
      </Figure>
      {seesStock ? (
        <Figure
          name={words.overview.lowStock}
          link={
            <TextLink to="/inventory" search={{ low: 'true' }} fz="sm">
              {words.nav.inventory}
            </TextLink>
          }
        >
          {alerts.data === undefined ? unknown(alerts) : count(alerts.data.data.length, language)}
        </Figure>
      ) : null}
    </SimpleGrid>
  );
}

/** A chart for the eye, and the same as a table for everybody. */
function Days({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const rows = report.days.map((one) => ({
    ...one,
    date: day(`${one.day}T12:00:00`, language),
    tick: shortDay(`${one.day}T12:00:00`, language),
  }));
  return (
    <Card component="section" aria-label={words.overview.lastDays}>
      <Title order={2} size="h5" mb="sm">
        {words.overview.lastDays}
      </Title>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <div aria-hidden dir="ltr">
            <Suspense fallback={<Box h={CHART_HEIGHT} />}>
              <DaysChart rows={rows} height={CHART_HEIGHT} />
            </Suspense>
          </div>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Table.ScrollContainer
            minWidth={260}
            mah={320}
            type="native"
            tabIndex={0}
            role="group"
            aria-label={words.overview.table}
          >
            <Table stickyHeader verticalSpacing={3}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{words.overview.day}</Table.Th>
                  <Table.Th scope="col" ta="end">
                    {words.overview.orders}
                  </Table.Th>
                  <Table.Th scope="col" ta="end">
                    {words.overview.revenue}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {[...rows].reverse().map((one) => (
                  <Table.Tr key={one.day}>
                    <Table.Td>{one.date}</Table.Td>
                    <Table.Td ta="end" className="numbers">
                      {count(one.orders, language)}
                    </Table.Td>
                    <Table.Td ta="end" className="numbers">
                      {one.revenue.map(({ amount, currency }) => money(amount, currency, language)).join(' · ') || '—'}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Grid.Col>
      </Grid>
    </Card>
  );
}

function Statuses({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const stays = new Map(report.time_in_status.rows.map((row) => [row.status, row]));
  const time = (seconds: number | undefined): string => (seconds === undefined ? '—' : span(seconds * 1000, language));
  return (
    <Card component="section" aria-label={words.overview.timeInStatus}>
      <Title order={2} size="h5">
        {words.overview.timeInStatus}
      </Title>
      <Text fz="sm" c="dimmed" mb="sm">
        {words.overview.timeInStatusHint(count(report.time_in_status.newest_orders, language))}
      </Text>
      <Table.ScrollContainer minWidth={380} type="native" tabIndex={0} role="group" aria-label={words.overview.status}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{words.overview.status}</Table.Th>
              <Table.Th scope="col" ta="end">
                {words.overview.now}
              </Table.Th>
              <Table.Th scope="col" ta="end">
                {words.overview.median}
              </Table.Th>
              <Table.Th scope="col" ta="end">
                {words.overview.p90}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.by_status.map(({ status, orders }) => (
              <Table.Tr key={status}>
                <Table.Td>
                  <StatusBadge status={status} />
                </Table.Td>
                <Table.Td ta="end">
                  <TextLink to="/orders" search={{ status }} className="numbers" inherit>
                    {count(orders, language)}
                  </TextLink>
                </Table.Td>
                <Table.Td ta="end" className="numbers">
                  {time(stays.get(status)?.median_seconds)}
                </Table.Td>
                <Table.Td ta="end" className="numbers">
                  {time(stays.get(status)?.p90_seconds)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

export function OverviewPage() {
  const { words } = useSpeech();
  const asked = useQuery(overviewQuery);
  return (
    <Stack gap="md">
      <PageTitle>{words.overview.title}</PageTitle>
      <Answered asked={asked} loading={<LoadingRows rows={4} height={120} />}>
        {(report) => (
          <>
            <UnreadFigures />
            <Figures report={report} />
            <Days report={report} />
            <Statuses report={report} />
          </>
        )}
      </Answered>
    </Stack>
  );
}
