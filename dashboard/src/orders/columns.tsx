import { Group, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangleFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { OrderSummary } from '../../../src/contracts/order-view.ts';
import type { ListOrders } from '../../../src/contracts/orders.ts';
import { money } from '../api/format.ts';
import { PaymentBadge, StatusBadge } from '../parts/badges.tsx';
import { rowId } from '../parts/keys.ts';
import { TextLink } from '../parts/links.tsx';
import { Ago, Countdown } from '../parts/times.tsx';
import { isIdle, useWaits } from '../parts/waiting.ts';
import { useSpeech, useWords } from '../words/languages.tsx';

/** The columns of the list of orders; which are shown is each person's choice. */

type Column = {
  /** How the API names the sort by this column. */
  readonly sort?: Exclude<ListOrders['sort'], `-${string}`>;
  readonly right?: true;
  readonly width?: number;
  readonly cell: (order: OrderSummary) => ReactNode;
};

function NumberCell({ order }: { readonly order: OrderSummary }) {
  const words = useWords();
  return (
    <Group gap={6} wrap="nowrap">
      <TextLink
        id={rowId(order.number)}
        to="/orders/$number"
        params={{ number: order.number }}
        fz="sm"
        fw={600}
        className="mono nowrap"
      >
        {order.number}
      </TextLink>
      {order.open_exceptions === 0 ? null : (
        <Tooltip label={words.orders.openExceptions(order.open_exceptions)}>
          <IconAlertTriangleFilled
            size={15}
            role="img"
            aria-label={words.orders.openExceptions(order.open_exceptions)}
            className="late"
          />
        </Tooltip>
      )}
    </Group>
  );
}

function Customer({ order }: { readonly order: OrderSummary }) {
  return (
    <>
      <Text fz="sm" truncate maw={{ base: 140, xl: 320 }}>
        {order.customer.name}
      </Text>
      <Text fz="xs" c="dimmed" truncate maw={{ base: 140, xl: 320 }}>
        {order.customer.email}
      </Text>
    </>
  );
}

function Total({ order }: { readonly order: OrderSummary }) {
  const { language } = useSpeech();
  return <span className="numbers nowrap">{money(order.total, order.currency, language)}</span>;
}

function Method({ method }: { readonly method: OrderSummary['payment_method'] }) {
  const words = useWords();
  return method === null ? null : words.paymentMethod[method];
}

function Waiting({ order }: { readonly order: OrderSummary }) {
  const waits = useWaits();
  if (isIdle(order.waiting))
    return (
      <Text span c="dimmed">
        —
      </Text>
    );
  return (
    <>
      <Text
        fz="sm"
        lineClamp={3}
        title={waits(order.waiting, order.waiting_for)}
        miw={130}
        maw={{ base: 220, xl: 380 }}
      >
        {waits(order.waiting, order.waiting_for)}
      </Text>
      {order.waiting_until === null ? null : <Countdown until={order.waiting_until} fz="xs" c="dimmed" />}
    </>
  );
}

export const COLUMNS = {
  number: { sort: 'number', cell: (order) => <NumberCell order={order} /> },
  created: { sort: 'created', cell: (order) => <Ago at={order.created_at} /> },
  customer: { cell: (order) => <Customer order={order} /> },
  status: { sort: 'status', cell: (order) => <StatusBadge status={order.status} /> },
  payment_status: { sort: 'payment_status', cell: (order) => <PaymentBadge status={order.payment_status} /> },
  payment_method: { cell: (order) => <Method method={order.payment_method} /> },
  waiting: { cell: (order) => <Waiting order={order} /> },
  reference: {
    cell: (order) => (
      <Text fz="xs" className="mono" truncate maw={140}>
        {order.payment_reference ?? '—'}
      </Text>
    ),
  },
  channel: { cell: (order) => order.channel },
  total: { sort: 'total', right: true, cell: (order) => <Total order={order} /> },
} as const satisfies Record<string, Column>;
export type ColumnName = keyof typeof COLUMNS;
export const columnOf = (name: ColumnName): Column => COLUMNS[name];
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];
export const USUAL: readonly ColumnName[] = [
  'number',
  'created',
  'customer',
  'status',
  'payment_status',
  'payment_method',
  'waiting',
  'total',
];
