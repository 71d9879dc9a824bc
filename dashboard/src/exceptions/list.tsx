import { Checkbox, Group, Text, UnstyledButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { span } from '../api/format.ts';
import { SeverityBadge, Tag } from '../parts/badges.tsx';
import { rowId } from '../parts/keys.ts';
import { useSaid } from '../parts/said.ts';
import { useNow } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { About } from './about.tsx';

type Props = {
  readonly exceptions: readonly ExceptionView[];
  readonly current: string | null;
  readonly selected: ReadonlyMap<string, ExceptionView>;
  readonly me: string;
  readonly choose: (id: string) => void;
  readonly toggle: (one: ExceptionView) => void;
};

function Row({
  one,
  current,
  selected,
  me,
  choose,
  toggle,
}: Omit<Props, 'exceptions'> & { readonly one: ExceptionView }) {
  const { words, language } = useSpeech();
  const said = useSaid();
  const now = useNow();
  const age = span(now - Date.parse(one.opened_at), language);
  return (
    <li className="inbox-row row" data-current={one.id === current}>
      {one.status === 'open' ? (
        <Checkbox
          size="xs"
          mt={4}
          aria-label={`${words.exceptionKind[one.kind] ?? one.kind}, ${one.order ?? words.exceptions.wholeStore}`}
          checked={selected.has(one.id)}
          onChange={() => toggle(one)}
        />
      ) : null}
      <UnstyledButton
        id={rowId(one.id)}
        className="grow"
        onClick={() => choose(one.id)}
        aria-current={one.id === current}
      >
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Group gap={6} wrap="nowrap" className="shrinks">
            <SeverityBadge severity={one.severity} size="sm" />
            <Text fw={600} fz="sm" truncate>
              {words.exceptionKind[one.kind] ?? one.kind}
            </Text>
          </Group>
          <Text
            fz="xs"
            className={one.overdue ? 'late nowrap numbers' : 'nowrap numbers'}
            c={one.overdue ? undefined : 'dimmed'}
          >
            {age}
          </Text>
        </Group>
        <Text fz="sm" lineClamp={2}>
          {said(one.saying, one.summary)}
        </Text>
        <Group gap={6} mt={2}>
          <Text fz="xs" c="dimmed">
            <About one={one} />
          </Text>
          {one.claimed_by === null ? null : (
            <Tag color={one.claimed_by === me ? 'indigo' : 'gray'} size="xs">
              {one.claimed_by === me
                ? words.exceptions.heldByYou
                : words.exceptions.heldBy(one.claimed_by_name ?? one.claimed_by)}
            </Tag>
          )}
          {one.overdue ? (
            <Tag color="red" size="xs">
              {words.exceptions.overdue}
            </Tag>
          ) : null}
        </Group>
      </UnstyledButton>
    </li>
  );
}

export function Inbox({ exceptions, ...rest }: Props) {
  const { words } = useSpeech();
  const ref = useRef<HTMLUListElement>(null);
  const { current } = rest;
  useEffect(() => {
    if (current !== null) ref.current?.querySelector('[data-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <ul className="inbox list-card" ref={ref} aria-label={words.exceptions.inbox}>
      {exceptions.map((one) => (
        <Row key={one.id} one={one} {...rest} />
      ))}
    </ul>
  );
}
