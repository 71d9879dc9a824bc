import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Indicator,
  Menu,
  MultiSelect,
  Popover,
  Select,
  SimpleGrid,
  Stack,
  Tabs,
  TextInput,
} from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconColumns3, IconSearch, IconX } from '@tabler/icons-react';
import { type RefObject, useEffect, useState } from 'react';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/languages.tsx';
import { COLUMN_NAMES, type ColumnName, columnOf } from './columns.tsx';
import {
  joinValues,
  ORDER_FILTERS,
  type OrdersSearch,
  PRESETS,
  SELLERS_FILTERS,
  SELLERS_PRESETS,
  sameFilters,
  splitValues,
} from './filters.ts';

type Narrow = {
  readonly search: OrdersSearch;
  readonly narrow: (changes: OrdersSearch) => void;
  /** As a seller may: by number, status and date. */
  readonly plain: boolean;
};

export function SearchField({
  search,
  narrow,
  plain,
  field,
}: Narrow & { readonly field: RefObject<HTMLInputElement | null> }) {
  const words = useWords();
  const [text, setText] = useState(search.q ?? '');
  // The address may change by another way than this field: a view, the back button.
  useEffect(() => setText(search.q ?? ''), [search.q]);
  const look = useDebouncedCallback((q: string) => narrow({ q: q.trim() === '' ? undefined : q.trim() }), 250);
  const set = (typed: string) => {
    const value = plain ? typed.replace(/[^0-9a-z-]/gi, '') : typed;
    setText(value);
    look(value);
  };
  const name = plain ? words.orders.searchNumber : words.orders.search;
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label={name}
      placeholder={name}
      flex="1 1 260px"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      onChange={(event) => set(event.currentTarget.value)}
      rightSection={
        text === '' ? null : (
          <ActionIcon variant="subtle" color="gray" aria-label={words.general.clear} onClick={() => set('')}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )
      }
    />
  );
}

/** All but what stands beside the panel: the search, and the sort of the table. */
const FILTERS_IN_PANEL = ORDER_FILTERS.filter((name) => name !== 'q' && name !== 'sort');

/** Where there are no columns to click on. */
const SORTS = COLUMN_NAMES.flatMap((name) => {
  const { sort } = columnOf(name);
  return sort === undefined ? [] : [`-${sort}`, sort];
});
const SELLERS_SORTS = SORTS.filter((sort) => /^-?(created|number)$/.test(sort));
const sortIn = ({ orders: { columnNames } }: Words, sort: string): string => {
  const name = COLUMN_NAMES.find((one) => columnOf(one).sort === sort.replace('-', '')) ?? 'created';
  return `${columnNames[name]} ${sort.startsWith('-') ? '↓' : '↑'}`;
};

export function Filters({ search, narrow, plain }: Narrow) {
  const words = useWords();
  const [opened, { toggle, close }] = useDisclosure();
  const filters = plain ? SELLERS_FILTERS : FILTERS_IN_PANEL;
  const many = filters.filter((name) => search[name] !== undefined).length;
  const choice = (
    name: 'status' | 'payment_status' | 'payment_method',
    label: string,
    names: Readonly<Record<string, string>>,
  ) => (
    <MultiSelect
      label={label}
      data={Object.entries(names).map(([value, text]) => ({ value, label: text }))}
      value={splitValues(search[name])}
      onChange={(values) => narrow({ [name]: joinValues(values) })}
      clearable
      comboboxProps={{ withinPortal: false }}
    />
  );
  const text = (name: 'store' | 'channel' | 'seller', label: string) => (
    <TextInput
      key={`${name} ${search[name] ?? ''}`}
      label={label}
      defaultValue={search[name] ?? ''}
      onBlur={(event) => narrow({ [name]: event.currentTarget.value.trim() || undefined })}
      onKeyDown={(event) => {
        if (event.key === 'Enter') narrow({ [name]: event.currentTarget.value.trim() || undefined });
      }}
    />
  );
  const check = (name: 'has_exception' | 'late', label: string) => (
    <Checkbox
      label={label}
      checked={search[name] === 'true'}
      onChange={(event) => narrow({ [name]: event.currentTarget.checked ? 'true' : undefined })}
    />
  );
  const date = (name: 'created_from' | 'created_to', label: string) => (
    <TextInput
      type="date"
      label={label}
      value={search[name] ?? ''}
      onChange={(event) => narrow({ [name]: event.currentTarget.value || undefined })}
    />
  );
  return (
    <Popover
      opened={opened}
      onChange={(now) => !now && close()}
      position="bottom-end"
      shadow="md"
      trapFocus
      withArrow
      width={440}
    >
      <Indicator label={many} size={18} disabled={many === 0}>
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
            onClick={toggle}
            aria-expanded={opened}
          >
            {words.orders.filters}
          </Button>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={words.orders.filters} maw="94vw">
        <Stack gap="sm">
          {choice('status', words.orders.status, words.status)}
          {plain ? null : (
            <>
              {choice('payment_status', words.orders.paymentStatus, words.paymentStatus)}
              {choice('payment_method', words.orders.paymentMethod, words.paymentMethod)}
            </>
          )}
          <SimpleGrid cols={2} spacing="sm">
            {date('created_from', words.orders.from)}
            {date('created_to', words.orders.to)}
          </SimpleGrid>
          {plain ? null : (
            <SimpleGrid cols={3} spacing="sm">
              {text('channel', words.orders.channel)}
              {text('store', words.orders.store)}
              {text('seller', words.orders.seller)}
            </SimpleGrid>
          )}
          <Select
            className="only-small"
            label={words.orders.sort}
            data={(plain ? SELLERS_SORTS : SORTS).map((sort) => ({ value: sort, label: sortIn(words, sort) }))}
            value={search.sort ?? '-created'}
            allowDeselect={false}
            onChange={(sort) => narrow({ sort: sort ?? undefined })}
            comboboxProps={{ withinPortal: false }}
          />
          {plain ? null : (
            <>
              {check('has_exception', words.orders.needsPerson)}
              {check('late', words.orders.late)}
            </>
          )}
          <Button
            variant="subtle"
            disabled={many === 0}
            onClick={() => narrow(Object.fromEntries(filters.map((name) => [name, undefined])))}
          >
            {words.orders.clearFilters}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

export function ColumnChoice({
  columns,
  choose,
}: {
  readonly columns: readonly ColumnName[];
  readonly choose: (columns: ColumnName[]) => void;
}) {
  const words = useWords();
  return (
    <Menu closeOnItemClick={false} position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={words.orders.columns} className="hide-small">
          <IconColumns3 size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.orders.columns}</Menu.Label>
        {COLUMN_NAMES.map((name) => {
          const shown = columns.includes(name);
          return (
            <Menu.CheckboxItem
              key={name}
              checked={shown}
              disabled={name === 'number'}
              onChange={() => choose(COLUMN_NAMES.filter((one) => (one === name ? !shown : columns.includes(one))))}
            >
              {words.orders.columnNames[name]}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What most people look at, as tabs. A filter that is none of them leaves all tabs unmarked. */
export function Presets({
  search,
  show,
  plain,
}: {
  readonly search: OrdersSearch;
  readonly show: (search: OrdersSearch) => void;
  readonly plain: boolean;
}) {
  const words = useWords();
  const names: readonly (keyof typeof PRESETS)[] = plain
    ? SELLERS_PRESETS
    : (Object.keys(PRESETS) as (keyof typeof PRESETS)[]);
  const { q: _q, sort: _sort, ...rest } = search;
  const chosen = names.find((name) => sameFilters(PRESETS[name], rest)) ?? null;
  return (
    <Tabs
      value={chosen}
      onChange={(value) => value !== null && show(PRESETS[value as keyof typeof PRESETS])}
      variant="default"
    >
      <Tabs.List aria-label={words.orders.views} className="scrolling-tabs">
        {names.map((name) => (
          <Tabs.Tab key={name} value={name} aria-controls="orders-list">
            {words.orders.presets[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}

export const ToolbarRow = ({ children }: { readonly children: React.ReactNode }) => (
  <Group gap="xs" wrap="wrap" align="center">
    {children}
  </Group>
);
