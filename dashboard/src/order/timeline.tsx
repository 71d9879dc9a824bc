import { Button, Timeline as Steps, Text } from '@mantine/core';
import { useState } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { useSaid } from '../parts/said.ts';
import { Ago } from '../parts/times.tsx';
import { useWords } from '../words/languages.tsx';
import { Block } from './block.tsx';
import { whoOf } from './who.ts';

const AT_FIRST = 12;

/** Everything that happened, the newest first: what, when, by whom and why. */
export function Timeline({ order }: { readonly order: OrderView }) {
  const words = useWords();
  const said = useSaid();
  const [all, setAll] = useState(false);
  const entries = [...order.timeline].reverse();
  const shown = all ? entries : entries.slice(0, AT_FIRST);
  return (
    <Block title={words.order.timeline}>
      <Steps bulletSize={14} lineWidth={2} active={-1} className="timeline">
        {shown.map((entry) => (
          <Steps.Item
            key={entry.seq}
            title={
              <Text fz="sm" fw={600} component="span">
                {words.fact[entry.type] ?? entry.type}{' '}
                {entry.from === entry.to ? null : <StatusBadge status={entry.to} size="xs" />}
              </Text>
            }
          >
            {entry.reason === null ? null : (
              <Text fz="sm" className="prewrap">
                {said(entry.saying, entry.reason)}
              </Text>
            )}
            <Text fz="xs" c="dimmed">
              <Ago at={entry.at} /> {words.order.timelineBy(whoOf(entry.actor, words))}
            </Text>
          </Steps.Item>
        ))}
      </Steps>
      {entries.length <= AT_FIRST || all ? null : (
        <Button variant="subtle" size="xs" mt="sm" onClick={() => setAll(true)}>
          {words.order.showAll(entries.length)}
        </Button>
      )}
    </Block>
  );
}
