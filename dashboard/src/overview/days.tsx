import { Table, Text } from '@mantine/core';
import { lazy } from 'react';
import type { Overview } from '../../../src/contracts/reports.ts';
import { count, day, money, shortDay } from '../api/format.ts';
import { useSpeech } from '../words/languages.tsx';
import { Beside, CHART_HEIGHT } from './beside.tsx';

/** The last days: how many orders, and what they brought in. */

const DaysChart = lazy(async () => ({ default: (await import('./chart.tsx')).DaysChart }));
const RevenueChart = lazy(async () => ({ default: (await import('./chart.tsx')).RevenueChart }));

type Row = Overview['days'][number] & { readonly date: string; readonly tick: string };

function useDays({ days }: Overview): readonly Row[] {
  const { language } = useSpeech();
  return days.map((one) => ({
    ...one,
    date: day(`${one.day}T12:00:00`, language),
    tick: shortDay(`${one.day}T12:00:00`, language),
  }));
}

/** The newest day first; a column for each name. */
function DaysTable({
  rows,
  columns,
  cell,
}: {
  readonly rows: readonly Row[];
  readonly columns: readonly string[];
  readonly cell: (row: Row, column: string) => string;
}) {
  const { words } = useSpeech();
  return (
    <Table stickyHeader verticalSpacing={3}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{words.overview.day}</Table.Th>
          {columns.map((column) => (
            <Table.Th key={column} scope="col" ta="end">
              {column}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {[...rows].reverse().map((row) => (
          <Table.Tr key={row.day}>
            <Table.Td>{row.date}</Table.Td>
            {columns.map((column) => (
              <Table.Td key={column} ta="end" className="numbers">
                {cell(row, column)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function OrdersByDay({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const rows = useDays(report);
  return (
    <Beside title={words.overview.lastDays} chart={<DaysChart rows={rows} height={CHART_HEIGHT} />}>
      <DaysTable rows={rows} columns={[words.overview.orders]} cell={({ orders }) => count(orders, language)} />
    </Beside>
  );
}

export function RevenueByDay({ report }: { readonly report: Overview }) {
  const { words, language } = useSpeech();
  const rows = useDays(report);
  const currencies = [...new Set(rows.flatMap(({ revenue }) => revenue.map(({ currency }) => currency)))].sort();
  const amountOf = ({ revenue }: Row, currency: string) => revenue.find((one) => one.currency === currency)?.amount;
  if (currencies.length === 0) return null;
  return (
    <Beside
      title={words.overview.lastDaysRevenue}
      chart={currencies.map((currency) => (
        <div key={currency}>
          {currencies.length === 1 ? null : <Text fz="sm">{currency}</Text>}
          <RevenueChart
            rows={rows.map((row) => ({ tick: row.tick, amount: amountOf(row, currency) ?? '0' }))}
            currency={currency}
            height={currencies.length === 1 ? CHART_HEIGHT : CHART_HEIGHT / 2}
          />
        </div>
      ))}
    >
      <DaysTable
        rows={rows}
        columns={currencies}
        cell={(row, currency) => {
          const amount = amountOf(row, currency);
          return amount === undefined ? '—' : money(amount, currency, language);
        }}
      />
    </Beside>
  );
}
