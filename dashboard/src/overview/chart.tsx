import '@mantine/charts/styles.css';
import { BarChart, type BarChartProps } from '@mantine/charts';
import { money, span } from '../api/format.ts';
import { useSpeech } from '../words/languages.tsx';

/** What is drawn. It is much to load, and by itself. */

const USUAL = {
  tickLine: 'y',
  barProps: { isAnimationActive: false },
  barChartProps: { accessibilityLayer: false },
} as const satisfies Partial<BarChartProps>;

export function DaysChart({
  rows,
  height,
}: {
  readonly rows: readonly { readonly tick: string; readonly orders: number }[];
  readonly height: number;
}) {
  const { words } = useSpeech();
  return (
    <BarChart
      {...USUAL}
      h={height}
      data={[...rows]}
      dataKey="tick"
      series={[{ name: 'orders', label: words.overview.orders, color: 'indigo.6' }]}
      yAxisProps={{ allowDecimals: false }}
    />
  );
}

/** What was sold by day in one currency: sums in several are no sum. */
export function RevenueChart({
  rows,
  currency,
  height,
}: {
  readonly rows: readonly { readonly tick: string; readonly amount: string }[];
  readonly currency: string;
  readonly height: number;
}) {
  const { language } = useSpeech();
  const digits = rows[0]?.amount.split('.')[1]?.length ?? 0;
  return (
    <BarChart
      {...USUAL}
      h={height}
      data={rows.map(({ tick, amount }) => ({ tick, amount: Number(amount) }))}
      dataKey="tick"
      series={[{ name: 'amount', label: currency, color: 'teal.7' }]}
      valueFormatter={(value) => money(value.toFixed(digits), currency, language)}
      yAxisProps={{ width: 90 }}
    />
  );
}

export function StaysChart({
  rows,
  height,
}: {
  readonly rows: readonly { readonly name: string; readonly median: number; readonly p90: number }[];
  readonly height: number;
}) {
  const { words, language } = useSpeech();
  return (
    <BarChart
      {...USUAL}
      h={height}
      data={[...rows]}
      dataKey="name"
      orientation="vertical"
      series={[
        { name: 'median', label: words.overview.median, color: 'indigo.6' },
        { name: 'p90', label: words.overview.p90, color: 'orange.6' },
      ]}
      withLegend
      valueFormatter={(seconds) => span(seconds * 1000, language)}
      yAxisProps={{ width: 90 }}
      tickLine="x"
    />
  );
}
