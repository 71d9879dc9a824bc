import { Button, Group, Menu, Text } from '@mantine/core';
import { IconChevronDown, IconDots } from '@tabler/icons-react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import type { MeView } from '../../../src/contracts/people.ts';
import { mayAct } from '../api/session.ts';
import { refusedIn } from '../parts/errors.ts';
import { useWords } from '../words/languages.tsx';

/** What may be asked of the order now, as buttons: the two most likely ones in sight, all others in a menu, impossible ones with the reason. */

/** Most likely first. What has a place of its own on the page (notes, messages) is not in the bar. */
const LIKELY = [
  'approve',
  'reject',
  'log_call',
  'confirm',
  'release',
  'resolve_exception',
  'approve_return',
  'receive_return',
  'submit_evidence',
  'answer_substitution',
  'acknowledge',
  'ship',
  'mark_delivered',
  'complete',
  'refund',
  'request_return',
  'cancel',
  'request_cancellation',
];
const ELSEWHERE = new Set(['add_note', 'send_message']);
const rank = (action: string): number => (LIKELY.includes(action) ? LIKELY.indexOf(action) : LIKELY.length);

type Props = { readonly order: OrderView; readonly me: MeView | null; readonly begin: (action: string) => void };

export function ActionBar({ order, me, begin }: Props) {
  const words = useWords();
  const name = (action: string): string => words.action[action] ?? action;
  const isMine = (action: string): boolean => me === null || mayAct(me, action);
  const possible = order.allowed_actions
    .filter((action) => isMine(action) && !ELSEWHERE.has(action))
    .sort((a, b) => rank(a) - rank(b));
  const refused = [
    ...order.refused_actions.map(({ action, ...refused }) => ({ action, why: refusedIn(words, refused) })),
    ...order.allowed_actions
      .filter((action) => !isMine(action))
      .map((action) => ({ action, why: words.order.needsScope })),
  ].filter(({ action }) => !ELSEWHERE.has(action));
  const inSight = possible.slice(0, 2);
  const others = possible.slice(2);
  return (
    <Group gap="xs" role="group" aria-label={words.order.actions}>
      {inSight.map((action, index) => (
        <Button key={action} variant={index === 0 ? 'filled' : 'default'} onClick={() => begin(action)}>
          {name(action)}
        </Button>
      ))}
      <Menu position="bottom-end" width={320} withArrow>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconDots size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {words.order.moreActions}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={440} className="scrolls">
          {others.map((action) => (
            <Menu.Item key={action} onClick={() => begin(action)}>
              {name(action)}
            </Menu.Item>
          ))}
          {refused.length === 0 ? null : (
            <>
              {others.length === 0 ? null : <Menu.Divider />}
              <Menu.Label>{words.order.notPossible}</Menu.Label>
              {refused.map(({ action, why }) => (
                <Menu.Item key={action} aria-disabled closeMenuOnClick={false} className="refused">
                  <Text fz="sm">{name(action)}</Text>
                  <Text fz="xs">{why}</Text>
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
