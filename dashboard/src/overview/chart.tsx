import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useWords } from '../words/languages.tsx';

/** Orders by day. It is much to load, and by itself. */
export function DaysChart({
  rows,
  height,
}: {
  readonly rows: readonly { readonly tick: string; readonly orders: number }[];
  readonly height: number;
}) {
  const words = useWords();
  return (
    <BarChart
      h={height}
      data={[...rows]}
      dataKey="tick"
      series={[{ name: 'orders', label: words.overview.orders, color: 'indigo.6' }]}
      tickLine="y"
      yAxisProps={{ allowDecimals: false }}
      barProps={{ isAnimationActive: false }}
      barChartProps={{ accessibilityLayer: false }}
    />
  );
}
