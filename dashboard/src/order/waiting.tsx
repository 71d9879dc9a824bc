import { Anchor, Group, Paper, Text, ThemeIcon } from '@mantine/core';
import { IconCircleCheck, IconExternalLink, IconHourglassHigh } from '@tabler/icons-react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { dateTime } from '../api/format.ts';
import { Countdown } from '../parts/times.tsx';
import { isIdle, useWaits } from '../parts/waiting.ts';
import { useSpeech } from '../words/languages.tsx';

/** What the order waits for, until when, and what it looks like from inside the engine. */
export function Waiting({ order }: { readonly order: OrderView }) {
  const { words, language } = useSpeech();
  const waits = useWaits();
  const idle = isIdle(order.waiting);
  return (
    <Paper withBorder p="md" radius="md" className="waiting" data-idle={idle}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" flex="1 1 280px">
          <ThemeIcon size={40} radius="xl" variant="light" color={idle ? 'green' : 'indigo'} aria-hidden>
            {idle ? <IconCircleCheck size={24} /> : <IconHourglassHigh size={22} />}
          </ThemeIcon>
          <div>
            <Text fz="xs" c="dimmed">
              {idle ? words.order.waitsForNothing : words.order.waitsFor}
            </Text>
            <Text fw={600}>{waits(order.waiting, order.waiting_for)}</Text>
          </div>
        </Group>
        {order.waiting_until === null ? null : (
          <div className="until">
            <Countdown until={order.waiting_until} fw={700} fz="lg" />
            <Text fz="xs" c="dimmed">
              {words.order.until} {dateTime(order.waiting_until, language)}
            </Text>
          </div>
        )}
        {order.workflow.url === null ? null : (
          <Anchor href={order.workflow.url} target="_blank" rel="noreferrer" fz="sm">
            <Group gap={4} wrap="nowrap" component="span">
              {words.order.temporal}
              <IconExternalLink size={14} aria-hidden />
            </Group>
          </Anchor>
        )}
      </Group>
    </Paper>
  );
}
