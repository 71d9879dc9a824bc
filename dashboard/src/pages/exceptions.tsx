import { Button, Group, Kbd, Stack, Text } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { ActionDialog, type Begun } from '../actions/dialog.tsx';
import { hasScope } from '../api/session.ts';
import { Bulk } from '../exceptions/bulk.tsx';
import { useClearing } from '../exceptions/clearing.ts';
import { ExceptionDetail } from '../exceptions/detail.tsx';
import { ExceptionFilters } from '../exceptions/filters.tsx';
import { Inbox } from '../exceptions/list.tsx';
import { type ExceptionsSearch, exceptionsQuery, statisticsQuery } from '../exceptions/queries.ts';
import { focusRow, usePageKeys } from '../parts/keys.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Pager } from '../parts/pager.tsx';
import { AnsweredList, Empty, LoadingRows } from '../parts/states.tsx';
import { TwoPanes, useChosen } from '../parts/two-panes.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

const UNFILTERING = new Set(['id', 'sort', 'cursor', 'page']);

const route = getRouteApi('/desk/exceptions');

function Hints() {
  const { keys } = useWords().exceptions;
  const hints = [
    ['j k', keys.move],
    ['1–9', keys.resolve],
    ['c', keys.claim],
    ['x', keys.select],
    ['o', keys.open],
  ] as const;
  return (
    <Group gap="md" className="hide-small">
      {hints.map(([key, text]) => (
        <Text key={key} fz="xs" c="dimmed">
          <Kbd size="xs">{key}</Kbd> {text}
        </Text>
      ))}
    </Group>
  );
}

/** The form of a resolution that needs more than a word. */
function FormFor({
  one,
  resolution,
  close,
}: {
  readonly one: ExceptionView;
  readonly resolution: string;
  readonly close: () => void;
}) {
  const queryClient = useQueryClient();
  const begun: Begun = { action: 'resolve_exception', values: { exception: one.id, resolution } };
  const done = () => {
    void queryClient.invalidateQueries({ queryKey: ['exceptions'] });
    close();
  };
  return one.order === null ? null : <ActionDialog number={one.order} begun={begun} close={done} />;
}

/** What is selected stays so on other pages of the list, and when it has left the list. */
function useSelection() {
  const [selected, setSelected] = useState<ReadonlyMap<string, ExceptionView>>(new Map());
  const byId = (those: readonly ExceptionView[]) => new Map(those.map((one) => [one.id, one]));
  return {
    selected,
    toggle: (one: ExceptionView) =>
      setSelected((before) => (before.has(one.id) ? without(before, [one.id]) : new Map(before).set(one.id, one))),
    leave: (ids: readonly string[]) => setSelected((before) => without(before, ids)),
    clear: () => setSelected(new Map()),
    only: (those: readonly ExceptionView[]) => setSelected(byId(those)),
  };
}
const without = (map: ReadonlyMap<string, ExceptionView>, ids: readonly string[]) =>
  new Map([...map].filter(([id]) => !ids.includes(id)));

export function ExceptionsPage() {
  const words = useWords();
  const me = useMe();
  const search: ExceptionsSearch = route.useSearch();
  const navigate = route.useNavigate();
  const asked = useQuery({ ...exceptionsQuery(search), refetchInterval: 15_000 });
  const { data: statistics } = useQuery({ ...statisticsQuery, refetchInterval: 15_000 });
  const exceptions = asked.data?.data ?? [];
  const selection = useSelection();
  const [form, setForm] = useState<{ one: ExceptionView; resolution: string } | null>(null);
  const { one, before, after, next: following } = useChosen(exceptions, ({ id }) => id === search.id);
  const choose = (id: string | undefined) => void navigate({ search: (before) => ({ ...before, id }), replace: true });
  const move = (id: string | undefined) => {
    choose(id);
    focusRow(id);
  };
  const turn = (changes: ExceptionsSearch) =>
    void navigate({ search: (before) => ({ ...before, id: undefined, ...changes }) });
  const next = () => {
    if (one !== null) selection.leave([one.id]);
    move(following?.id);
  };
  const clearing = useClearing(one, me.id, (it, resolution) => setForm({ one: it, resolution }), next);
  const may = hasScope(me, 'exceptions:resolve');
  const isOpen = one?.status === 'open';
  usePageKeys([
    ['j', () => move(after?.id)],
    ['k', () => move(before?.id)],
    ['c', () => may && isOpen && clearing.toggleClaim()],
    ['x', () => one !== null && isOpen && selection.toggle(one)],
    ['o', () => one?.order != null && void navigate({ to: '/orders/$number', params: { number: one.order } })],
    ['Escape', clearing.back],
    ...Array.from({ length: 9 }, (_, at): [string, () => void] => [
      String(at + 1),
      () => {
        const resolution = one?.resolutions[at];
        if (may && isOpen && resolution !== undefined) clearing.decide(resolution);
      },
    ]),
  ]);
  const isFiltered = Object.entries(search).some(([name, value]) => !UNFILTERING.has(name) && value !== undefined);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <div>
          <PageTitle>{words.exceptions.title}</PageTitle>
          <Text fz="sm" c="dimmed" role="status">
            {/* A line of its own height until the numbers are there, or all below would move. */}
            {statistics === undefined
              ? '\u00a0'
              : words.exceptions.statistics(statistics.open.total, statistics.open.overdue)}
          </Text>
        </div>
        <Hints />
      </Group>
      <ExceptionFilters
        search={search}
        narrow={(changes) => {
          selection.clear();
          turn({ cursor: undefined, page: undefined, ...changes });
        }}
      />
      {selection.selected.size > 0 ? (
        <Bulk
          chosen={[...selection.selected.values()]}
          kinds={statistics?.open.by_kind ?? []}
          leave={selection.leave}
          clear={selection.clear}
        />
      ) : null}
      <AnsweredList
        asked={asked}
        loading={<LoadingRows rows={6} height={72} />}
        empty={
          <Empty
            icon={<IconChecks size={30} />}
            title={isFiltered ? words.exceptions.nothingFits : words.exceptions.empty}
            hint={isFiltered ? undefined : words.exceptions.emptyHint}
          />
        }
      >
        {() => (
          <TwoPanes
            list={
              <>
                <Inbox
                  exceptions={exceptions}
                  current={one?.id ?? null}
                  selected={selection.selected}
                  me={me.id}
                  choose={choose}
                  toggle={selection.toggle}
                />
                {one !== null && isOpen ? (
                  <Button
                    variant="subtle"
                    size="xs"
                    mt="xs"
                    onClick={() => selection.only(exceptions.filter(({ kind }) => kind === one.kind))}
                  >
                    {words.exceptions.selectKind}
                  </Button>
                ) : null}
              </>
            }
            detail={one === null ? null : <ExceptionDetail key={one.id} one={one} me={me.id} may={may} {...clearing} />}
            backTo={words.exceptions.inbox}
            back={() => choose(undefined)}
          />
        )}
      </AnsweredList>
      <Pager next={asked.data?.next_cursor ?? null} page={Number(search.page ?? '1')} go={turn} />
      {form === null ? null : <FormFor {...form} close={() => setForm(null)} />}
    </Stack>
  );
}
