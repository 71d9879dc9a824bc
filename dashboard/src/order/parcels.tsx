import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconTag } from '@tabler/icons-react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { money } from '../api/format.ts';
import { ParcelBadge } from '../parts/badges.tsx';
import { Countdown, Moment } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Block, Fact, Facts } from './block.tsx';
import { goodsOf } from './goods.tsx';
import { Copy } from './header.tsx';

type Parcel = OrderView['fulfilments'][number];

function Label({ label }: { readonly label: NonNullable<Parcel['label']> }) {
  const { words, language } = useSpeech();
  const price = `${label.service}, ${money(label.cost, label.currency, language)}`;
  return (
    <>
      {label.url === null || label.voided ? (
        price
      ) : (
        <Anchor href={label.url} target="_blank" rel="noreferrer" fz="sm">
          <IconTag size={14} aria-hidden /> {price}
        </Anchor>
      )}
      {label.voided
        ? ` (${words.order.labelVoided}${label.refund_refused ? `, ${words.order.labelNotPaidBack}` : ''})`
        : null}
    </>
  );
}

function Tracking({ parcel }: { readonly parcel: Parcel }) {
  const { words } = useSpeech();
  if (parcel.tracking_number === null) return null;
  return (
    <Fact name={parcel.carrier ?? words.field['carrier'] ?? ''}>
      <span className="mono">{parcel.tracking_number}</span>{' '}
      <Copy value={parcel.tracking_number} label={parcel.tracking_number} />
      {parcel.tracking_url === null ? null : (
        <Anchor href={parcel.tracking_url} target="_blank" rel="noreferrer" fz="sm">
          {words.order.track} <IconExternalLink size={12} aria-hidden />
        </Anchor>
      )}
    </Fact>
  );
}

type Filed = NonNullable<Parcel['claim']>;

/** What the carrier was asked to pay, and has paid. */
function Claim({ claim, currency }: { readonly claim: Filed; readonly currency: string }) {
  const { words, language } = useSpeech();
  const { reference, amount, paid, status } = claim;
  return [reference, money(paid ?? amount, currency, language), words.claimStatus[status]].join(' · ');
}

export function Parcels({ order }: { readonly order: OrderView }) {
  const { words } = useSpeech();
  if (order.fulfilments.length === 0) return null;
  return (
    <Block title={words.order.parcels}>
      <Stack gap="md">
        {order.fulfilments.map((parcel, index) => (
          <div key={parcel.id} className="parcel">
            <Group justify="space-between" mb={4}>
              <Text fw={600} fz="sm">
                {words.order.parcel(index + 1)}
                {parcel.location === null ? '' : ` ${words.order.from(parcel.location)}`}
                {parcel.seller === null ? '' : ` · ${parcel.seller}`}
              </Text>
              <ParcelBadge status={parcel.status} />
            </Group>
            <Text fz="sm" c="dimmed">
              {goodsOf(order.items, parcel.lines)}
            </Text>
            <Facts>
              {parcel.delivered.length === 0 || parcel.status === 'delivered' ? null : (
                <Fact name={words.order.partDelivered}>{goodsOf(order.items, parcel.delivered)}</Fact>
              )}
              <Tracking parcel={parcel} />
              {parcel.label === null ? null : (
                <Fact name={words.order.label}>
                  <Label label={parcel.label} />
                </Fact>
              )}
              {parcel.shipped_at === null && parcel.delivered_at === null && parcel.status !== 'cancelled' ? (
                <Fact name={words.order.shipBy}>
                  <Countdown until={parcel.ship_by} />
                </Fact>
              ) : null}
              {parcel.shipped_at === null ? null : (
                <Fact name={words.order.shippedAt}>
                  <Moment at={parcel.shipped_at} />
                </Fact>
              )}
              {parcel.claim === null ? null : (
                <Fact name={words.order.claim}>
                  <Claim claim={parcel.claim} currency={order.currency} />
                </Fact>
              )}
              {parcel.delivered_at === null ? null : (
                <Fact name={words.order.deliveredAt}>
                  <Moment at={parcel.delivered_at} />
                </Fact>
              )}
            </Facts>
          </div>
        ))}
      </Stack>
    </Block>
  );
}
