import { Table } from '@mantine/core';
import { lazy } from 'react';
import type { Overview } from '../../../src/contracts/reports.ts';
import { count, span } from '../api/format.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { TextLink } from '../parts/links.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Beside, CHART_HEIGHT } from './beside.tsx';

const StaysChart = lazy(async () => ({ default: (await import('./chart.tsx')).StaysChart }));

/** How many orders are in each status, and how long orders stay there. */
export function Statuses({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const { rows, newest_orders: newest } = report.time_in_status;
  const stays = new Map(rows.map((row) => [row.status, row]));
  const time = (seconds: number | undefined): string => (seconds === undefined ? '—' : span(seconds * 1000, language));
  const drawn = rows.map(({ status, median_seconds: median, p90_seconds: p90 }) => ({
    name: words.status[status],
    median,
    p90,
  }));
  return (
    <Beside
      title={words.overview.timeInStatus}
      hint={words.overview.timeInStatusHint(count(newest, language))}
      chart={<StaysChart rows={drawn} height={CHART_HEIGHT} />}
    >
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
    </Beside>
  );
}
