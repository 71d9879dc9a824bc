import { ActionIcon, Button, Group, Menu, Select, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDots, IconPackageImport, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { StockLevel } from '../../../src/contracts/inventory.ts';
import { count } from '../api/format.ts';
import { hasScope } from '../api/session.ts';
import { ChangeStock, Thresholds } from '../inventory/change.tsx';
import { ImportDialog } from '../inventory/import.tsx';
import { Movements } from '../inventory/movements.tsx';
import { type InventorySearch, locationsQuery, stockQuery } from '../inventory/queries.ts';
import { Tag } from '../parts/badges.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Pager } from '../parts/pager.tsx';
import { AnsweredList, Empty } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useSpeech } from '../words/languages.tsx';

const route = getRouteApi('/desk/inventory');

type Open =
  | { readonly what: 'change'; readonly level: StockLevel | null }
  | { readonly what: 'thresholds'; readonly level: StockLevel }
  | { readonly what: 'import' };

function Levels({
  levels,
  mayWrite,
  open,
  show,
}: {
  readonly levels: readonly StockLevel[];
  readonly mayWrite: boolean;
  readonly open: (what: Open) => void;
  readonly show: (sku: string) => void;
}) {
  const { words, language } = useSpeech();
  const number = (value: number, className = '') => (
    <Table.Td ta="end" className={`numbers ${className}`}>
      {count(value, language)}
    </Table.Td>
  );
  const headers = [
    { header: words.inventory.available },
    { header: words.inventory.onHand },
    { header: words.inventory.held, className: 'hide-small' },
    { header: words.inventory.safety, className: 'hide-small' },
    { header: words.inventory.reorder, className: 'hide-small' },
  ];
  return (
    <div className="list-card">
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="group" aria-label={words.inventory.title}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{words.inventory.sku}</Table.Th>
              <Table.Th scope="col" className="hide-small">
                {words.inventory.location}
              </Table.Th>
              {headers.map(({ header, className }) => (
                <Table.Th key={header} scope="col" ta="end" className={className}>
                  {header}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {levels.map((level) => (
              <Table.Tr key={`${level.sku} ${level.location}`}>
                <Table.Th scope="row" fw={500}>
                  <Group gap={6} wrap="nowrap">
                    <Menu position="bottom-start" withinPortal>
                      <Menu.Target>
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          aria-label={`${words.general.more}: ${level.sku} ${level.location}`}
                        >
                          <IconDots size={18} aria-hidden />
                        </ActionIcon>
                      </Menu.Target>
                      <Menu.Dropdown>
                        {mayWrite ? (
                          <>
                            <Menu.Item onClick={() => open({ what: 'change', level })}>
                              {words.inventory.adjust}
                            </Menu.Item>
                            <Menu.Item onClick={() => open({ what: 'thresholds', level })}>
                              {words.inventory.thresholds}
                            </Menu.Item>
                          </>
                        ) : null}
                        <Menu.Item onClick={() => show(level.sku)}>{words.inventory.movements}</Menu.Item>
                      </Menu.Dropdown>
                    </Menu>
                    <span>
                      <span className="mono">{level.sku}</span>
                      <Text component="span" display="block" fz="xs" c="dimmed" className="only-small">
                        {level.location}
                      </Text>
                    </span>
                    {level.low ? (
                      <Tag color="orange" size="xs">
                        {words.inventory.low}
                      </Tag>
                    ) : null}
                  </Group>
                </Table.Th>
                <Table.Td className="hide-small">{level.location}</Table.Td>
                {number(level.available)}
                {number(level.on_hand)}
                {number(level.held, 'hide-small')}
                {number(level.safety_stock, 'hide-small')}
                {number(level.reorder_point, 'hide-small')}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

export function InventoryPage() {
  const { words } = useSpeech();
  const me = useMe();
  const search: InventorySearch = route.useSearch();
  const navigate = route.useNavigate();
  const asked = useQuery({ ...stockQuery(search), refetchInterval: 30_000 });
  const { data: places } = useQuery(locationsQuery);
  const [opened, open] = useState<Open | null>(null);
  const mayWrite = hasScope(me, 'inventory:write');
  const narrow = (changes: InventorySearch) =>
    void navigate({ search: { sku: search.sku, location: search.location, low: search.low, ...changes } });
  const look = useDebouncedCallback((sku: string) => narrow({ sku: sku.trim() === '' ? undefined : sku.trim() }), 300);
  const isFiltered = search.sku !== undefined || search.location !== undefined || search.low !== undefined;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <PageTitle>{words.inventory.title}</PageTitle>
        {mayWrite ? (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconUpload size={16} aria-hidden />}
              onClick={() => open({ what: 'import' })}
            >
              {words.inventory.import}
            </Button>
            <Button
              leftSection={<IconPackageImport size={18} aria-hidden />}
              onClick={() => open({ what: 'change', level: null })}
            >
              {words.inventory.receive}
            </Button>
          </Group>
        ) : null}
      </Group>
      <Group gap="sm" align="flex-end">
        <TextInput
          type="search"
          label={words.inventory.search}
          placeholder={words.inventory.searchHint}
          defaultValue={search.sku ?? ''}
          onChange={(event) => look(event.currentTarget.value)}
        />
        <Select
          label={words.inventory.location}
          placeholder={words.general.all}
          clearable
          data={(places?.data ?? []).map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))}
          value={search.location ?? null}
          onChange={(location) => narrow({ location: location ?? undefined })}
        />
        <Switch
          mb={8}
          label={words.inventory.lowOnly}
          checked={search.low === 'true'}
          onChange={(event) => narrow({ low: event.currentTarget.checked ? 'true' : undefined })}
        />
      </Group>
      <AnsweredList
        asked={asked}
        empty={
          <Empty
            title={isFiltered ? words.inventory.nothingFits : words.inventory.empty}
            hint={isFiltered ? undefined : words.inventory.emptyHint}
          />
        }
      >
        {(levels) => (
          <Levels levels={levels} mayWrite={mayWrite} open={open} show={(sku) => narrow({ movements: sku })} />
        )}
      </AnsweredList>
      <Pager next={asked.data?.next_cursor ?? null} page={Number(search.page ?? '1')} go={narrow} />
      {search.movements === undefined ? null : <Movements sku={search.movements} close={() => narrow({})} />}
      {opened?.what === 'change' ? <ChangeStock level={opened.level} close={() => open(null)} /> : null}
      {opened?.what === 'thresholds' ? <Thresholds level={opened.level} close={() => open(null)} /> : null}
      {opened?.what === 'import' ? <ImportDialog close={() => open(null)} /> : null}
    </Stack>
  );
}
