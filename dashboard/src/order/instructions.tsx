import { Group, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { DeliveryInstructions } from '../../../src/contracts/delivery-instructions.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ask } from '../api/client.ts';
import { Ago } from '../parts/times.tsx';
import { useWords } from '../words/languages.tsx';
import { Block } from './block.tsx';
import { goodsOf } from './goods.tsx';
import { Copy } from './header.tsx';

/** Codes and notes of what was delivered, for the buyer and for those of the store who may read them. */

const instructionsQuery = ({ number, version }: OrderView) =>
  queryOptions({
    queryKey: ['instructions', number, version],
    queryFn: ({ signal }) =>
      ask<DeliveryInstructions>(`/v1/orders/${encodeURIComponent(number)}/delivery-instructions`, { signal }),
  });

export function Instructions({ order }: { readonly order: OrderView }) {
  const words = useWords();
  const hasAny = order.fulfilments.some((one) => one.has_instructions);
  const { data } = useQuery({ ...instructionsQuery(order), enabled: hasAny });
  if (!hasAny || data === undefined) return null;
  return (
    <Block title={words.order.deliveryInstructions}>
      {data.data.map((one) => (
        <div key={`${one.fulfilment} ${one.delivered_at}`} className="entry">
          <Group justify="space-between">
            <Text fz="sm">{goodsOf(order.items, one.lines)}</Text>
            <Ago at={one.delivered_at} fz="xs" c="dimmed" />
          </Group>
          {one.redemption_code === null ? null : (
            <Text fz="sm" className="wrap-anywhere">
              {words.order.code}: <span className="mono">{one.redemption_code}</span>{' '}
              <Copy value={one.redemption_code} label={words.order.code} />
            </Text>
          )}
          {one.notes === null ? null : (
            <Text fz="sm" className="wrap-anywhere">
              {one.notes}
            </Text>
          )}
        </div>
      ))}
    </Block>
  );
}
