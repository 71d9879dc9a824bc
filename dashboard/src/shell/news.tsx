import { Group, Text, Tooltip } from '@mantine/core';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { type Connection, hearNews, type News } from '../api/live.ts';
import { askWhoIsSignedIn } from '../api/session.ts';
import { useWords } from '../words/languages.tsx';
import { useIsSignedIn } from './me.ts';

/** Keeps what is on the screen as the record is. */

const SETTLE_MS = 700;
const LISTS = ['orders', 'exceptions', 'calls', 'inventory', 'proposals', 'notifications', 'overview'];

/** Lists are read again at most once in a while, however many orders move; what is not on the screen is only marked as old. */
function useRefreshing(queryClient: QueryClient) {
  const due = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (lists: readonly string[]) => {
    for (const list of lists) due.current.add(list);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const list of due.current) void queryClient.invalidateQueries({ queryKey: [list] });
      due.current.clear();
    }, SETTLE_MS);
  };
}

const touches = (types: readonly string[] | undefined): string[] => [
  'orders',
  ...(types === undefined || types.some((type) => type.startsWith('exception_')) ? ['exceptions'] : []),
  ...(types === undefined || types.some((type) => /placed|call_|confirm|cancel/.test(type)) ? ['calls'] : []),
  ...(types === undefined ||
  types.some((type) => /placed|exception_opened|message_sent|return_requested|dispute_read/.test(type))
    ? ['notifications']
    : []),
];

export function useNews(): Connection {
  const queryClient = useQueryClient();
  const refresh = useRefreshing(queryClient);
  const [connection, setConnection] = useState<Connection>('live');
  const hear = useEffectEvent((news: News) => {
    if (news.kind === 'reset') {
      void queryClient.invalidateQueries({ queryKey: ['order'] });
      refresh(LISTS);
      return;
    }
    const { number, types } = news.order;
    void queryClient.invalidateQueries({ queryKey: ['order', number] });
    refresh(touches(types));
  });
  // To whose session has ended nothing is told any more, and nothing is asked for.
  const isSignedIn = useIsSignedIn();
  useEffect(() => {
    if (!isSignedIn) return undefined;
    const refused = (): void => void askWhoIsSignedIn(queryClient);
    return hearNews({ news: (news) => hear(news), connection: setConnection, refused });
  }, [isSignedIn, queryClient]);
  return connection;
}

/** Whether what is on the screen is kept up to date. */
export function LiveMark({ connection }: { readonly connection: Connection }) {
  const words = useWords();
  const isLive = connection === 'live';
  return (
    <Tooltip label={isLive ? words.header.live : words.header.reconnecting}>
      <Group gap={6} wrap="nowrap" role="status" className="live" data-live={isLive}>
        <span className="live-dot" aria-hidden />
        <Text fz="xs" className={isLive ? 'hide-small' : undefined}>
          {isLive ? words.header.live : words.header.reconnecting}
        </Text>
      </Group>
    </Tooltip>
  );
}
