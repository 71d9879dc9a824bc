import { queryOptions, useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.ts';
import { Tag } from '../parts/badges.tsx';
import { Empty, LoadingRows, ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { PlainTable } from './table.tsx';

type Location = {
  readonly code: string;
  readonly name: string;
  readonly city: string;
  readonly region: string;
  readonly country: string;
  readonly priority: number;
  readonly cut_off: string | null;
  readonly timezone: string;
  readonly capacity_per_day: number | null;
  readonly active: boolean;
};
const query = queryOptions({
  queryKey: ['locations', 'all'],
  queryFn: ({ signal }) => ask<{ data: Location[] }>('/v1/locations?limit=200', { signal }),
});

export function Locations() {
  const words = useWords();
  const { data, error, refetch } = useQuery(query);
  if (error !== null) return <ProblemNote error={error} retry={() => void refetch()} />;
  if (data === undefined) return <LoadingRows />;
  if (data.data.length === 0) return <Empty title={words.settings.empty} />;
  return (
    <PlainTable
      label={words.settings.locations}
      head={[
        words.settings.code,
        words.settings.name,
        words.settings.city,
        words.settings.priority,
        words.settings.cutOff,
        words.settings.capacity,
        words.settings.state,
      ]}
      rows={data.data.map((one) => ({
        key: one.code,
        cells: [
          <span key="code" className="mono">
            {one.code}
          </span>,
          one.name,
          [one.city, one.region, one.country].filter((part) => part !== '').join(', '),
          one.priority,
          one.cut_off === null ? '—' : `${one.cut_off} ${one.timezone}`,
          one.capacity_per_day ?? '—',
          <Tag key="state" color={one.active ? 'green' : 'gray'}>
            {one.active ? words.settings.active : words.general.no}
          </Tag>,
        ],
      }))}
    />
  );
}
