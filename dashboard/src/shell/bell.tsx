import { ActionIcon, Button, Group, Indicator, Popover, ScrollArea, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconBell } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { NotificationPage, NotificationView } from '../../../src/contracts/desk.ts';
import { ask } from '../api/client.ts';
import { money } from '../api/format.ts';
import { Tag } from '../parts/badges.tsx';
import { TextLink } from '../parts/links.tsx';
import { useSaid } from '../parts/said.ts';
import { AnsweredList, LoadingRows } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useSpeech, useWords } from '../words/languages.tsx';
import { chime } from './chime.ts';
import { useRing } from './ringing.ts';

const notificationsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: ({ signal }) => ask<NotificationPage>('/v1/notifications?limit=30', { signal }),
  refetchInterval: 60_000,
});

const TONES: Readonly<Record<NotificationView['type'], string>> = {
  order_placed: 'indigo',
  exception_opened: 'orange',
  message_sent: 'teal',
  return_requested: 'grape',
  dispute_read: 'red',
};

function Item({ one, close }: { readonly one: NotificationView; readonly close: () => void }) {
  const { words, language } = useSpeech();
  const said = useSaid();
  const kind = one.exception_kind === null ? null : (words.exceptionKind[one.exception_kind] ?? one.exception_kind);
  return (
    <li className="bell-item" data-read={one.read}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Tag color={TONES[one.type]} size="sm">
          {kind ?? words.bell.kind[one.type] ?? one.type}
        </Tag>
        <Ago at={one.at} fz="xs" c="dimmed" />
      </Group>
      <Text fz="sm" mt={2}>
        <TextLink to="/orders/$number" params={{ number: one.order }} className="mono" inherit onClick={close}>
          {one.order}
        </TextLink>{' '}
        · {one.customer} · {money(one.total, one.currency, language)}
      </Text>
      {one.text === null || one.type === 'order_placed' ? null : (
        <Text fz="xs" c="dimmed" lineClamp={2}>
          {said(one.saying, one.text)}
        </Text>
      )}
    </li>
  );
}

const useSound = () =>
  useLocalStorage<boolean>({ key: 'bell-sound', defaultValue: false, getInitialValueInEffect: false });

/** Tells of what has been added to the list since it was first read: on the screen where there is one, and by the sound. */
function useTelling(list: readonly NotificationView[] | undefined, sound: boolean) {
  const words = useWords();
  const ring = useRing();
  const known = useRef<ReadonlySet<string> | null>(null);
  const tell = useEffectEvent((added: readonly NotificationView[]) => {
    if (sound) ring();
    if (document.hidden) return;
    for (const { type, order } of added)
      notifications.show({
        title: words.bell.kind[type] ?? type,
        color: TONES[type],
        message: (
          <TextLink to="/orders/$number" params={{ number: order }} className="mono">
            {order}
          </TextLink>
        ),
      });
  });
  useEffect(() => {
    if (list === undefined) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...list.map(({ id }) => id)]);
    const added = list.filter(({ id, read }) => before?.has(id) === false && !read);
    if (added.length > 0) tell(added.toReversed());
  }, [list]);
}

export function Bell() {
  const { words } = useSpeech();
  const queryClient = useQueryClient();
  const [opened, { toggle, close }] = useDisclosure();
  const [sound, setSound] = useSound();
  const asked = useQuery(notificationsQuery);
  useTelling(asked.data?.data, sound);
  const unread = asked.data?.unread ?? 0;
  const newest = asked.data?.data[0]?.at;
  const { mutate } = useMutation({
    mutationFn: (readTo: string) => ask('/v1/notifications/read', { method: 'POST', body: { read_to: readTo } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['notifications'] }),
  });
  const setAndTry = (on: boolean) => {
    setSound(on);
    if (on) chime();
  };
  return (
    <Popover
      opened={opened}
      onChange={(now) => !now && close()}
      position="bottom-end"
      width={380}
      trapFocus
      withArrow
      shadow="md"
      withinPortal={false}
    >
      <Indicator label={unread > 99 ? '99+' : unread} size={17} disabled={unread === 0} color="red.9" offset={5} inline>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={toggle}
            aria-label={`${words.bell.title}: ${words.bell.unread(unread)}`}
          >
            <IconBell size={20} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown maw="94vw" p={0} aria-label={words.bell.title}>
        <Group justify="space-between" p="sm">
          <Text fw={650}>{words.bell.title}</Text>
          <Switch
            size="xs"
            label={words.bell.sound}
            checked={sound}
            onChange={(event) => setAndTry(event.currentTarget.checked)}
          />
        </Group>
        <ScrollArea.Autosize mah={420} type="auto" viewportProps={{ tabIndex: 0 }}>
          <AnsweredList
            asked={asked}
            loading={<LoadingRows rows={3} />}
            empty={
              <Text p="md" c="dimmed" ta="center">
                {words.bell.empty}
              </Text>
            }
          >
            {(items) => (
              <ul className="bell-list">
                {items.map((one) => (
                  <Item key={one.id} one={one} close={close} />
                ))}
              </ul>
            )}
          </AnsweredList>
        </ScrollArea.Autosize>
        <Stack p="xs">
          <Button
            size="xs"
            variant="subtle"
            disabled={unread === 0 || newest === undefined}
            onClick={() => newest !== undefined && mutate(newest)}
          >
            {words.bell.markRead}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
