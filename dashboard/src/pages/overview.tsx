import { Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Overview } from '../../../src/contracts/reports.ts';
import { ask, queryOf } from '../api/client.ts';
import { count, money } from '../api/format.ts';
import { hasScope } from '../api/session.ts';
import { statisticsQuery } from '../exceptions/queries.ts';
import { OrdersByDay, RevenueByDay } from '../overview/days.tsx';
import { Statuses } from '../overview/statuses.tsx';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Answered, LoadingRows, ProblemNote } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useSpeech } from '../words/languages.tsx';

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
    <Card className="figure">
      <Text fz="sm" c="dimmed">
        {name}
      </Text>
      <Text fw={700} className="figure-number numbers wrap-anywhere">
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
          <TextLink to="/orders" search={{ late: 'true', sort: 'created' }} fz="sm">
            {words.nav.orders}
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
            <OrdersByDay report={report} />
            <RevenueByDay report={report} />
            <Statuses report={report} />
          </>
        )}
      </Answered>
    </Stack>
  );
}
