import { Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPhoneOff } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { CallView } from '../../../src/contracts/calls.ts';
import { problemOf } from '../api/client.ts';
import { money } from '../api/format.ts';
import { useOnce } from '../api/once.ts';
import { mayAct } from '../api/session.ts';
import { CallDetail, OUTCOMES, type Outcome } from '../calls/detail.tsx';
import { callsQuery, logCall } from '../calls/queries.ts';
import { Tag } from '../parts/badges.tsx';
import { focusRow, rowId, usePageKeys } from '../parts/keys.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Pager } from '../parts/pager.tsx';
import { AnsweredList, Empty, LoadingRows } from '../parts/states.tsx';
import { Countdown } from '../parts/times.tsx';
import { TwoPanes, useChosen } from '../parts/two-panes.tsx';
import { useWorkOn } from '../parts/work.ts';
import { useMe } from '../shell/me.ts';
import { useSpeech } from '../words/languages.tsx';

const route = getRouteApi('/desk/calls');

const NOTHING_YET = { note: '', postponing: false, error: null as unknown, conflictSince: null as number | null };

/** Logs for the version of the order that was looked at when the call was begun: what a colleague logged meanwhile is shown first. */
function useLogging(call: CallView | null, next: () => void) {
  const { words } = useSpeech();
  const queryClient = useQueryClient();
  const order = call?.order;
  const [{ note, postponing, error, seen, conflictSince }, change] = useWorkOn(order, {
    ...NOTHING_YET,
    seen: call?.version,
  });
  const once = useOnce(order);
  const [busy, setBusy] = useState(false);
  const log = async (outcome: Outcome, until?: string) => {
    if (order === undefined || busy) return;
    if (outcome === 'postponed' && until === undefined) {
      change({ postponing: true });
      return;
    }
    setBusy(true);
    change({ error: null });
    try {
      const body = {
        expected_version: seen,
        outcome,
        ...(until === undefined ? {} : { until }),
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      };
      const { version } = await logCall(once, order, body);
      change({ ...NOTHING_YET, seen: version });
      notifications.show({ color: 'green', message: words.calls.logged(words.callOutcome[outcome]) });
      next();
    } catch (failure) {
      const { code, version } = problemOf(failure);
      change(code === 'version_conflict' ? { seen: version, conflictSince: seen ?? null } : { error: failure });
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: ['calls'] });
      void queryClient.invalidateQueries({ queryKey: ['order', order] });
    }
  };
  const decide = (outcome: Outcome, until?: string) => void log(outcome, until);
  return {
    note,
    writeNote: (text: string) => change({ note: text }),
    postponing,
    busy,
    error,
    conflictSince,
    log: decide,
    back: () => change({ postponing: false }),
  };
}

function Row({
  call,
  current,
  choose,
}: {
  readonly call: CallView;
  readonly current: boolean;
  readonly choose: (order: string) => void;
}) {
  const { words, language } = useSpeech();
  return (
    <li className="inbox-row row" data-current={current}>
      <UnstyledButton id={rowId(call.order)} className="grow" aria-current={current} onClick={() => choose(call.order)}>
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} fz="sm" truncate>
            {call.customer.name}
          </Text>
          <Countdown until={call.due_at} fz="xs" />
        </Group>
        <Group gap={6}>
          <Text fz="xs" c="dimmed">
            {call.customer.phone === null ? words.calls.noPhone : <bdi dir="ltr">{call.customer.phone}</bdi>} ·{' '}
            {money(call.total, call.currency, language)}
          </Text>
          {call.last_outcome === null ? null : (
            <Tag color="gray" size="xs">
              {call.attempts} · {words.callOutcome[call.last_outcome]}
            </Tag>
          )}
        </Group>
      </UnstyledButton>
    </li>
  );
}

export function CallsPage() {
  const { words } = useSpeech();
  const me = useMe();
  const { order, cursor, page } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = useQuery({ ...callsQuery(cursor), refetchInterval: 15_000 });
  const calls = asked.data?.data ?? [];
  const { one: call, before, after, next } = useChosen(calls, (one) => one.order === order);
  const choose = (chosen: string | undefined) =>
    void navigate({ search: { order: chosen, cursor, page }, replace: true });
  const move = (to: string | undefined) => {
    choose(to);
    focusRow(to);
  };
  const logging = useLogging(call, () => move(next?.order));
  const may = mayAct(me, 'log_call');
  usePageKeys([
    ['j', () => move(after?.order)],
    ['k', () => move(before?.order)],
    ['o', () => call !== null && void navigate({ to: '/orders/$number', params: { number: call.order } })],
    ['Escape', logging.back],
    ...OUTCOMES.map((outcome, at): [string, () => void] => [
      String(at + 1),
      () => may && call !== null && logging.log(outcome),
    ]),
  ]);
  return (
    <Stack gap="sm">
      <div>
        <PageTitle>{words.calls.title}</PageTitle>
        <Text fz="sm" c="dimmed">
          {words.calls.subtitle}
        </Text>
      </div>
      <AnsweredList
        asked={asked}
        loading={<LoadingRows rows={6} height={56} />}
        empty={<Empty icon={<IconPhoneOff size={30} />} title={words.calls.empty} hint={words.calls.emptyHint} />}
      >
        {() => (
          <TwoPanes
            list={
              <ul className="inbox list-card" aria-label={words.calls.title}>
                {calls.map((one) => (
                  <Row key={one.order} call={one} current={one.order === call?.order} choose={choose} />
                ))}
              </ul>
            }
            detail={call === null ? null : <CallDetail key={call.order} call={call} may={may} {...logging} />}
            backTo={words.calls.title}
            back={() => choose(undefined)}
          />
        )}
      </AnsweredList>
      <Pager
        next={asked.data?.next_cursor ?? null}
        page={Number(page ?? '1')}
        go={(to) => void navigate({ search: to })}
      />
    </Stack>
  );
}
