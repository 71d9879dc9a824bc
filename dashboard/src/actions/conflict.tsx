import { Alert, List, Stack, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { dateTime } from '../api/format.ts';
import { whoOf } from '../order/who.ts';
import { useSaid } from '../parts/said.ts';
import { useSpeech } from '../words/languages.tsx';

/** Somebody else was quicker: what they did, and who they are, before the person decides again. */
export function Conflict({
  order,
  since,
  action,
}: {
  readonly order: OrderView;
  readonly since: number;
  readonly action: string;
}) {
  const { words, language } = useSpeech();
  const said = useSaid();
  const news = order.timeline.filter(({ seq }) => seq > since);
  const isPossible = order.allowed_actions.some((name) => name === action);
  return (
    <Alert
      role="alert"
      color="orange"
      variant="light"
      icon={<IconArrowsExchange aria-hidden />}
      title={words.form.conflict}
    >
      <Stack gap="xs">
        <Text fz="sm">{words.form.conflictHint}</Text>
        <List fz="sm" spacing={4}>
          {news.map((entry) => (
            <List.Item key={entry.seq}>
              <strong>{words.fact[entry.type] ?? entry.type}</strong>{' '}
              {words.order.timelineBy(whoOf(entry.actor, words))}, {dateTime(entry.at, language)}
              {entry.reason === null ? null : (
                <Text fz="xs" c="dimmed">
                  {said(entry.saying, entry.reason)}
                </Text>
              )}
            </List.Item>
          ))}
        </List>
        <Text fz="sm" fw={600}>
          {isPossible ? words.form.conflictAgain : words.form.conflictGone}
        </Text>
      </Stack>
    </Alert>
  );
}
