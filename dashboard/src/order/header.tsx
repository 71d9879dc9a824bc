import { ActionIcon, CopyButton, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconChevronLeft, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { dateTime, money } from '../api/format.ts';
import { useLastList } from '../orders/last-list.ts';
import { PaymentBadge, StatusBadge } from '../parts/badges.tsx';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { useSpeech } from '../words/languages.tsx';

export function Copy({ value, label }: { readonly value: string; readonly label: string }) {
  const { words } = useSpeech();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? words.general.copied : words.general.copy}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`${words.general.copy}: ${label}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Number, statuses, method, transaction and total, and what can be done. */
export function OrderHeader({ order, actions }: { readonly order: OrderView; readonly actions: ReactNode }) {
  const { words, language } = useSpeech();
  // Sellers are told nothing of the buyer's money.
  const isSeller = order.payments.length === 0;
  const list = useLastList();
  const reference = order.payments[0]?.reference ?? null;
  return (
    <Stack gap="xs">
      <TextLink to="/orders" search={list} fz="sm" className="back">
        <IconChevronLeft size={16} aria-hidden className="flip" />
        {words.order.back}
      </TextLink>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4}>
          <Group gap="xs">
            <PageTitle
              key={order.number}
              tab={`${order.number} · ${words.status[order.status]}`}
              className="order-number"
            >
              {order.number}
            </PageTitle>
            <Copy value={order.number} label={order.number} />
            <StatusBadge status={order.status} size="lg" />
            {isSeller ? null : <PaymentBadge status={order.payment_status} size="lg" />}
          </Group>
          <Text fz="sm" c="dimmed">
            {dateTime(order.created_at, language)} · {words.order.via(order.channel)}
            {order.payment_method === null ? null : ` · ${words.paymentMethod[order.payment_method]}`}
            {reference === null ? null : (
              <>
                {' · '}
                <span className="mono">{reference}</span> <Copy value={reference} label={words.order.transaction} />
              </>
            )}
          </Text>
        </Stack>
        <Group gap="md">
          <Text fz={24} fw={700} className="numbers nowrap">
            {money(order.total, order.currency, language)}
          </Text>
          {actions}
        </Group>
      </Group>
    </Stack>
  );
}
