import { Anchor, Text } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { money } from '../api/format.ts';
import { PaymentBadge } from '../parts/badges.tsx';
import { Countdown } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Block, Fact, Facts } from './block.tsx';

export function Payments({ order }: { readonly order: OrderView }) {
  const { words, language } = useSpeech();
  const amount = (value: string): string => money(value, order.currency, language);
  return order.payments.map((payment) => (
    <Block
      key={payment.reference ?? payment.method}
      title={words.order.payment}
      aside={<PaymentBadge status={payment.status} />}
    >
      <Facts>
        <Fact name={words.orders.paymentMethod}>{words.paymentMethod[payment.method]}</Fact>
        {Number(payment.authorized) > 0 ? (
          <Fact name={words.order.authorized}>{amount(payment.authorized)}</Fact>
        ) : null}
        <Fact name={words.order.captured}>{amount(payment.captured)}</Fact>
        {Number(payment.refunded) > 0 ? <Fact name={words.order.refunded}>{amount(payment.refunded)}</Fact> : null}
        {Number(order.refundable) > 0 ? <Fact name={words.order.refundable}>{amount(order.refundable)}</Fact> : null}
        {payment.capture_before === null || payment.status !== 'authorized' ? null : (
          <Fact name={words.order.captureBefore}>
            <Countdown until={payment.capture_before} />
          </Fact>
        )}
        {payment.risk.level === null ? null : (
          <Fact name={words.order.risk}>
            {words.riskLevel[payment.risk.level] ?? payment.risk.level}
            {payment.risk.score === null ? '' : ` (${payment.risk.score})`}
          </Fact>
        )}
      </Facts>
      {payment.failure === null ? null : (
        <Text fz="sm" className="late" mt="xs">
          {words.decline[payment.failure.code] ?? payment.failure.message}
        </Text>
      )}
      {payment.next_action === null ? null : (
        <Anchor fz="sm" href={payment.next_action.url} target="_blank" rel="noreferrer" mt="xs" display="block">
          {words.order.payLink}
        </Anchor>
      )}
    </Block>
  ));
}
