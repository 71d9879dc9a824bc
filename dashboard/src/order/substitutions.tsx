import { Button, Card, Group, Stack, Text } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import type { Begun } from '../actions/dialog.tsx';
import { money } from '../api/format.ts';
import { Tag } from '../parts/badges.tsx';
import { Countdown } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Block } from './block.tsx';

/** Goods offered in place of short ones: what staff see of them, and where the buyer answers. */

type Substitution = OrderView['substitutions'][number];

function Offer({ order, one }: { readonly order: OrderView; readonly one: Substitution }) {
  const { words, language } = useSpeech();
  const { quantity, name, unit_price: price } = one.offer;
  const short = order.items.find(({ line }) => line === one.line);
  return (
    <div>
      <Text fz="sm" fw={500}>
        {words.substitution.offer(quantity, name, money(price, order.currency, language))}
      </Text>
      <Text fz="xs" c="dimmed">
        {short === undefined ? null : words.substitution.inPlaceOf(short.name)}
        {one.note === null ? null : ` · ${one.note}`}
        {one.status === 'proposed' ? (
          <>
            {` · ${words.substitution.answerBy}: `}
            <Countdown until={one.answer_by} />
          </>
        ) : null}
      </Text>
    </div>
  );
}

export function Substitutions({ order }: { readonly order: OrderView }) {
  const { words } = useSpeech();
  if (order.substitutions.length === 0) return null;
  return (
    <Block title={words.substitution.title}>
      {order.substitutions.map((one) => (
        <Group key={one.id} justify="space-between" align="flex-start" className="entry">
          <div className="grow">
            <Offer order={order} one={one} />
          </div>
          <Tag color={one.status === 'proposed' ? 'orange' : one.status === 'accepted' ? 'green' : 'gray'}>
            {words.substitution.status[one.status]}
          </Tag>
        </Group>
      ))}
    </Block>
  );
}

/** For the buyer, above all else on their page. */
export function SubstitutionQuestions({
  order,
  begin,
}: {
  readonly order: OrderView;
  readonly begin: (begun: Begun) => void;
}) {
  const { words } = useSpeech();
  const open = order.substitutions.filter(({ status }) => status === 'proposed');
  if (!order.allowed_actions.includes('answer_substitution')) return null;
  const answer = (substitution: string, accept: boolean) =>
    begin({ action: 'answer_substitution', values: { substitution, accept } });
  return open.map((one) => (
    <Card key={one.id} component="section" aria-label={words.substitution.title}>
      <Stack gap="xs">
        <Text fw={600}>{words.substitution.ask}</Text>
        <Offer order={order} one={one} />
        <Group gap="xs">
          <Button onClick={() => answer(one.id, true)}>{words.substitution.take}</Button>
          <Button variant="default" onClick={() => answer(one.id, false)}>
            {words.substitution.decline}
          </Button>
        </Group>
      </Stack>
    </Card>
  ));
}
