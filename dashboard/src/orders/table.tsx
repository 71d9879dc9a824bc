import { Group, Stack, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { memo, useEffect, useRef } from 'react';
import type { OrderSummary } from '../../../src/contracts/order-view.ts';
import { money } from '../api/format.ts';
import { PaymentBadge, StatusBadge } from '../parts/badges.tsx';
import { TextLink } from '../parts/links.tsx';
import { Ago, Countdown } from '../parts/times.tsx';
import { isIdle, useWaits } from '../parts/waiting.ts';
import { useSpeech, useWords } from '../words/languages.tsx';
import { useChanged } from './changed.ts';
import { type ColumnName, columnOf } from './columns.tsx';

/** `plain`: sorted by number and date only, as sellers may. */
type SortProps = { readonly sort: string; readonly onSort: (sort: string) => void; readonly plain?: boolean };

function HeaderCell({ name, sort, onSort, plain = false }: SortProps & { readonly name: ColumnName }) {
  const words = useWords();
  const { sort: by, right } = columnOf(name);
  const label = words.orders.columnNames[name];
  if (by === undefined || (plain && by !== 'number' && by !== 'created'))
    return (
      <Table.Th scope="col" ta={right ? 'end' : 'start'}>
        {label}
      </Table.Th>
    );
  const isUp = sort === by;
  const isDown = sort === `-${by}`;
  const Icon = isUp ? IconArrowUp : isDown ? IconArrowDown : IconArrowsSort;
  return (
    <Table.Th scope="col" ta={right ? 'end' : 'start'} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <UnstyledButton
        fw={700}
        fz="sm"
        onClick={() => onSort(isDown ? by : `-${by}`)}
        title={words.orders.sortBy(label)}
      >
        <Group gap={4} wrap="nowrap" display="inline-flex">
          {label}
          <Icon size={14} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}

type Rows = { readonly orders: readonly OrderSummary[]; readonly current: string | null; readonly caption: string };

/** A click anywhere on a row opens it, except where the click was for something else or marked text. */
function useOpenRow() {
  const navigate = useNavigate();
  return (event: React.MouseEvent, number: string) => {
    if (event.defaultPrevented || (event.target as HTMLElement).closest('a,button,input') !== null) return;
    if ((window.getSelection()?.toString() ?? '') !== '') return;
    void navigate({ to: '/orders/$number', params: { number } });
  };
}

function useInView(current: string | null) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current !== null) ref.current?.querySelector('[data-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return ref;
}

/** Drawn anew when the order has changed, and not when the mark moves on or another order is news. */
const Cells = memo(function Cells({
  order,
  columns,
}: {
  readonly order: OrderSummary;
  readonly columns: readonly ColumnName[];
}) {
  return columns.map((name) => (
    <Table.Td key={name} ta={columnOf(name).right ? 'end' : 'start'}>
      {columnOf(name).cell(order)}
    </Table.Td>
  ));
});

export function OrdersTable({
  orders,
  current,
  caption,
  columns,
  sort,
  onSort,
  plain = false,
}: Rows & SortProps & { readonly columns: readonly ColumnName[] }) {
  const open = useOpenRow();
  const ref = useInView(current);
  const changed = useChanged(orders);
  return (
    <div className="list-card hide-small" ref={ref}>
      <Table.ScrollContainer
        minWidth={columns.length * 105}
        type="native"
        tabIndex={0}
        role="region"
        aria-label={caption}
      >
        <Table highlightOnHover striped={false}>
          <Table.Caption>
            <span role="status">{caption}</span>
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              {columns.map((name) => (
                <HeaderCell key={name} name={name} sort={sort} onSort={onSort} plain={plain} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {orders.map((order) => (
              <Table.Tr
                key={order.number}
                className="row"
                data-current={order.number === current}
                aria-current={order.number === current}
                data-changed={changed.has(order.number)}
                onClick={(event) => open(event, order.number)}
              >
                <Cells order={order} columns={columns} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

/** The same on a telephone: a card for each order. */
export function OrderCards({ orders, caption, plain }: Omit<Rows, 'current'> & { readonly plain: boolean }) {
  const { language } = useSpeech();
  const waits = useWaits();
  const open = useOpenRow();
  return (
    <div className="only-small">
      <VisuallyHidden role="status">{caption}</VisuallyHidden>
      <Stack gap="xs" component="ul" m={0} p={0} className="cards">
        {orders.map((order) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the link inside is what the keyboard uses.
          <li key={order.number} className="list-card card row" onClick={(event) => open(event, order.number)}>
            <Group justify="space-between" wrap="nowrap">
              <TextLink to="/orders/$number" params={{ number: order.number }} fw={600} className="mono">
                {order.number}
              </TextLink>
              <Text fw={600} className="numbers">
                {money(order.total, order.currency, language)}
              </Text>
            </Group>
            <Group justify="space-between" wrap="nowrap" mt={2}>
              <Text fz="sm" truncate>
                {order.customer.name}
              </Text>
              <Ago at={order.created_at} fz="xs" c="dimmed" />
            </Group>
            <Group gap={6} mt={6}>
              <StatusBadge status={order.status} />
              {plain ? null : <PaymentBadge status={order.payment_status} />}
            </Group>
            {isIdle(order.waiting) ? null : (
              <Text fz="xs" c="dimmed" mt={6}>
                {waits(order.waiting, order.waiting_for)}
                {order.waiting_until === null ? null : (
                  <>
                    {' · '}
                    <Countdown until={order.waiting_until} />
                  </>
                )}
              </Text>
            )}
          </li>
        ))}
      </Stack>
    </div>
  );
}
