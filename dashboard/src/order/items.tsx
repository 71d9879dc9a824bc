import { Group, Stack, Table, Text } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { money } from '../api/format.ts';
import { LineBadge, Tag } from '../parts/badges.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Block } from './block.tsx';

type Item = OrderView['items'][number];

function CustomFields({ fields }: { readonly fields: Item['custom_fields'] }) {
  const { words } = useSpeech();
  const entries = Object.entries(fields);
  if (entries.length === 0) return null;
  return (
    <Group gap={6} mt={4} component="ul" p={0} m={0} aria-label={words.order.customFields} className="inline-list">
      {entries.map(([name, value]) => (
        <Text key={name} component="li" fz="xs" className="chip wrap-anywhere">
          {name}: <strong>{String(value)}</strong>
        </Text>
      ))}
    </Group>
  );
}

function Product({ item, price }: { readonly item: Item; readonly price: string }) {
  const { words } = useSpeech();
  return (
    <>
      <Text fz="sm" fw={500}>
        {item.name}
      </Text>
      <Text fz="xs" className="only-small numbers">
        {item.quantity} × {price}
      </Text>
      <Text fz="xs" c="dimmed">
        <span className="mono">{item.sku}</span>
        {item.kind === 'physical' ? null : ` · ${words.lineKind[item.kind]}`}
        {item.seller === null ? null : ` · ${words.order.soldBy(item.seller)}`}
      </Text>
      <CustomFields fields={item.custom_fields} />
    </>
  );
}

/** Units that went another way than the line as a whole. */
function Units({ item }: { readonly item: Item }) {
  const { words } = useSpeech();
  const { shipped, delivered, cancelled, returned, refunded } = item.quantities;
  const parts = [
    [words.deliveryStatus.shipped, shipped],
    [words.deliveryStatus.delivered, delivered],
    [words.deliveryStatus.cancelled, cancelled],
    [words.deliveryStatus.returned, returned],
    [words.order.refunded, refunded],
  ] as const;
  const some = parts.filter(([, units]) => units > 0 && units < item.quantity);
  if (some.length === 0) return null;
  return (
    <Text fz="xs" c="dimmed">
      {some.map(([name, units]) => `${units} ${name.toLowerCase()}`).join(', ')}
    </Text>
  );
}

export function Items({ order }: { readonly order: OrderView }) {
  const { words, language } = useSpeech();
  const amount = (value: string): string => money(value, order.currency, language);
  const { subtotal, discount, shipping, tax, total } = order.totals;
  const sums = [
    [words.order.subtotal, subtotal, true],
    [words.order.discount, `-${discount}`, Number(discount) > 0],
    [`${words.order.shipping} (${order.shipping.service})`, shipping, Number(shipping) > 0],
    [words.order.tax, tax, Number(tax) > 0],
    [words.order.credit, `-${order.credit}`, Number(order.credit) > 0],
    [words.order.added, order.credit.replace('-', ''), Number(order.credit) < 0],
  ] as const;
  return (
    <Block
      title={words.order.items}
      aside={<Tag color="gray">{order.items.reduce((sum, { quantity }) => sum + quantity, 0)}</Tag>}
    >
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="group" aria-label={words.order.items}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{words.order.product}</Table.Th>
              <Table.Th scope="col" ta="end" className="hide-small">
                {words.order.quantity}
              </Table.Th>
              <Table.Th scope="col" ta="end" className="hide-small">
                {words.order.unitPrice}
              </Table.Th>
              <Table.Th scope="col" ta="end">
                {words.order.lineTotal}
              </Table.Th>
              <Table.Th scope="col">{words.order.delivery}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {order.items.map((item) => (
              <Table.Tr key={item.line}>
                <Table.Td>
                  <Product item={item} price={amount(item.unit_price)} />
                </Table.Td>
                <Table.Td ta="end" className="numbers hide-small">
                  {item.quantity}
                </Table.Td>
                <Table.Td ta="end" className="numbers nowrap hide-small">
                  {amount(item.unit_price)}
                </Table.Td>
                <Table.Td ta="end" className="numbers nowrap">
                  {amount(item.total)}
                </Table.Td>
                <Table.Td>
                  <LineBadge status={item.delivery_status} />
                  <Units item={item} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Stack gap={2} mt="sm" ms="auto" maw={280} component="dl" className="facts">
        {sums
          .filter(([, , shown]) => shown)
          .map(([name, value]) => (
            <Group key={name} justify="space-between" wrap="nowrap">
              <Text component="dt" fz="sm" c="dimmed">
                {name}
              </Text>
              <Text component="dd" m={0} fz="sm" className="numbers">
                {amount(value)}
              </Text>
            </Group>
          ))}
        <Group justify="space-between" wrap="nowrap" className="grand-total">
          <Text component="dt" fw={700}>
            {words.order.total}
          </Text>
          <Text component="dd" m={0} fw={700} className="numbers">
            {amount(total)}
          </Text>
        </Group>
      </Stack>
    </Block>
  );
}
