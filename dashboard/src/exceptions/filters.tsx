import { Group, SegmentedControl, Select, Switch } from '@mantine/core';
import { useWords } from '../words/languages.tsx';
import type { ExceptionsSearch } from './queries.ts';

type Props = { readonly search: ExceptionsSearch; readonly narrow: (changes: ExceptionsSearch) => void };

export function ExceptionFilters({ search, narrow }: Props) {
  const words = useWords();
  const options = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([value, label]) => ({ value, label }));
  return (
    <Group gap="sm" align="flex-end">
      <SegmentedControl
        aria-label={words.exceptions.title}
        value={search.status ?? 'open'}
        data={[
          { value: 'open', label: words.exceptions.open },
          { value: 'resolved', label: words.exceptions.resolved },
        ]}
        onChange={(status) => narrow({ status: status === 'open' ? undefined : status })}
      />
      <Select
        label={words.exceptions.kind}
        placeholder={words.general.all}
        clearable
        w={190}
        data={options(words.exceptionKind)}
        value={search.kind ?? null}
        onChange={(kind) => narrow({ kind: kind ?? undefined })}
      />
      <Select
        label={words.exceptions.severity}
        placeholder={words.general.all}
        clearable
        w={130}
        data={options(words.severity)}
        value={search.severity ?? null}
        onChange={(severity) => narrow({ severity: severity ?? undefined })}
      />
      <Select
        label={words.exceptions.whose}
        placeholder={words.exceptions.everybody}
        clearable
        w={130}
        data={[
          { value: 'mine', label: words.exceptions.mine },
          { value: 'none', label: words.exceptions.free },
        ]}
        value={search.claimed ?? null}
        onChange={(claimed) => narrow({ claimed: claimed ?? undefined })}
      />
      <Select
        label={words.exceptions.sort}
        w={140}
        allowDeselect={false}
        data={[
          { value: 'due', label: words.exceptions.byDue },
          { value: 'opened', label: words.exceptions.byAge },
        ]}
        value={search.sort ?? 'due'}
        onChange={(sort) => narrow({ sort: sort === 'due' ? undefined : (sort ?? undefined) })}
      />
      <Switch
        mb={8}
        label={words.exceptions.overdueOnly}
        checked={search.overdue === 'true'}
        onChange={(event) => narrow({ overdue: event.currentTarget.checked ? 'true' : undefined })}
      />
    </Group>
  );
}
