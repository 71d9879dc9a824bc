import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { money } from '../api/format.ts';
import { SeverityBadge, Tag } from '../parts/badges.tsx';
import { useSaid } from '../parts/said.ts';
import { Ago, Countdown } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { Block } from './block.tsx';
import { goodsOf } from './goods.tsx';

/** What needs a person, and what came after the sale: exceptions, holds, reviews, calls, sellers, returns, refunds, disputes. */

type Part = { readonly order: OrderView };

export function Attention({ order, resolve }: Part & { readonly resolve: ((exception: string) => void) | null }) {
  const { words } = useSpeech();
  const said = useSaid();
  const open = order.exceptions.filter(({ status }) => status === 'open');
  if (open.length === 0) return null;
  return (
    <Block title={words.order.exceptions}>
      <Stack gap="sm">
        {open.map((one) => (
          <Group key={one.id} justify="space-between" gap="sm" className="exception">
            <div className="grow">
              <Group gap="xs">
                <SeverityBadge severity={one.severity} />
                <Text fw={600} fz="sm">
                  {words.exceptionKind[one.kind] ?? one.kind}
                </Text>
                <Ago at={one.opened_at} fz="xs" c="dimmed" />
              </Group>
              <Text fz="sm" mt={2} className="wrap-anywhere">
                {said(one.saying, one.summary)}
              </Text>
            </div>
            {resolve === null ? null : (
              <Button size="xs" onClick={() => resolve(one.id)}>
                {words.order.resolve}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Block>
  );
}

export function Decisions({ order }: Part) {
  const { words } = useSpeech();
  const said = useSaid();
  const { hold, fraud_review: review, calls, acknowledgements } = order;
  const shownReview = review === null || review.status === 'clear' ? null : review;
  const isCalled = calls.attempts > 0 || calls.next_at !== null;
  if (hold === null && shownReview === null && !isCalled && acknowledgements.length === 0) return null;
  return (
    <Stack gap="md">
      {hold === null ? null : (
        <Block title={words.order.hold} aside={<Ago at={hold.since} fz="xs" c="dimmed" />}>
          <Text fz="sm">{hold.reason}</Text>
        </Block>
      )}
      {shownReview === null ? null : (
        <Block
          title={words.order.review}
          aside={
            <Tag color={shownReview.status === 'due' ? 'orange' : 'gray'}>{words.order.score(shownReview.score)}</Tag>
          }
        >
          <ul className="plain">
            {shownReview.reasons.map((reason, index) => (
              <li key={reason}>
                <Text fz="sm">{said(shownReview.signs[index] ?? null, reason)}</Text>
              </li>
            ))}
          </ul>
        </Block>
      )}
      {isCalled ? (
        <Block title={words.order.calls} aside={<Tag color="gray">{words.order.attempts(calls.attempts)}</Tag>}>
          <Text fz="sm">
            {calls.last_outcome === null ? null : `${words.callOutcome[calls.last_outcome]}. `}
            {calls.next_at === null ? null : (
              <>
                {words.order.nextCall}: <Countdown until={calls.next_at} />
              </>
            )}
          </Text>
        </Block>
      ) : null}
      {acknowledgements.length === 0 ? null : (
        <Block title={words.order.acknowledgements}>
          {acknowledgements.map(({ seller, at, due_at }) => (
            <Group key={seller} justify="space-between">
              <Text fz="sm">{seller}</Text>
              {at === null ? <Countdown until={due_at} fz="sm" /> : <Tag color="green">{words.order.accepted}</Tag>}
            </Group>
          ))}
        </Block>
      )}
    </Stack>
  );
}

type Paper = OrderView['returns'][number]['labels'][number];

/** The way back that the store pays: the paper for a parcel, and how far it is. `goods`: what it is for, where there are others. */
function ReturnLabel({ label, goods }: { readonly label: Paper; readonly goods: string | null }) {
  const { words } = useSpeech();
  const { tracking_url: page, tracking_number: tracking, carrier, progress, voided, refund_refused: refused } = label;
  const url = voided ? null : label.url;
  return (
    <Text fz="xs" className="wrap-anywhere">
      {goods === null ? '' : `${goods}: `}
      {url === null ? null : (
        <Anchor href={url} target="_blank" rel="noreferrer" fz="xs">
          {words.order.returnLabel}
        </Anchor>
      )}
      {url === null ? '' : ' · '}
      {carrier}{' '}
      {page === null ? (
        tracking
      ) : (
        <Anchor href={page} target="_blank" rel="noreferrer" fz="xs">
          {tracking}
        </Anchor>
      )}
      {' · '}
      {voided ? words.order.labelVoided : words.returnProgress[progress]}
      {refused ? `, ${words.order.labelNotPaidBack}` : ''}
    </Text>
  );
}

const hasEnded = (status: OrderView['returns'][number]['status']): boolean =>
  status === 'refused' || status === 'expired';

export function Aftermath({ order }: Part) {
  const { words, language } = useSpeech();
  const amount = (value: string): string => money(value, order.currency, language);
  return (
    <>
      {order.returns.length === 0 ? null : (
        <Block title={words.order.returns}>
          {order.returns.map((one) => (
            <Group key={one.id} justify="space-between" align="flex-start" className="entry">
              <div className="grow">
                <Text fz="sm">{goodsOf(order.items, one.lines)}</Text>
                <Text fz="xs" c="dimmed">
                  {words.value[one.reason] ?? one.reason}
                  {one.note === null ? '' : `: ${one.note}`} · <Ago at={one.requested_at} />
                  {one.exchanged_for === null ? null : ` · ${words.substitution.exchanged(amount(one.exchanged_for))}`}
                </Text>
                {one.status !== 'approved' || one.send_by === null ? null : (
                  <Text fz="xs">
                    {words.order.sendBy}: <Countdown until={one.send_by} />
                  </Text>
                )}
                {one.labels.map((label) => (
                  <ReturnLabel
                    key={label.transaction}
                    label={label}
                    goods={one.labels.length === 1 ? null : goodsOf(order.items, label.lines)}
                  />
                ))}
              </div>
              <Tag color={one.status === 'received' ? 'green' : hasEnded(one.status) ? 'gray' : 'orange'}>
                {words.returnStatus[one.status]}
              </Tag>
            </Group>
          ))}
        </Block>
      )}
      {order.refunds.length === 0 ? null : (
        <Block title={words.order.refunds}>
          {order.refunds.map((one) => (
            <Group key={one.id} justify="space-between" align="flex-start" className="entry">
              <div className="grow">
                <Text fz="sm" className="numbers" fw={600}>
                  {amount(one.amount)}
                </Text>
                <Text fz="xs" c="dimmed" className="wrap-anywhere">
                  {words.value[one.reason] ?? one.reason}
                  {one.note === null ? '' : `: ${one.note}`} · <Ago at={one.requested_at} />
                  {one.reference === null ? null : ` · ${one.reference}`}
                </Text>
              </div>
              <Tag color={one.status === 'succeeded' ? 'green' : one.status === 'failed' ? 'red' : 'orange'}>
                {words.refundStatus[one.status]}
              </Tag>
            </Group>
          ))}
        </Block>
      )}
      {order.disputes.length === 0 ? null : (
        <Block title={words.order.dispute}>
          {order.disputes.map((one) => (
            <Group key={one.id} justify="space-between" align="flex-start" className="entry">
              <div className="grow">
                <Text fz="sm" fw={600} className="numbers">
                  {amount(one.amount)} · {words.disputeReason[one.reason] ?? one.reason.replaceAll('_', ' ')}
                </Text>
                <Text fz="xs" c="dimmed">
                  {words.order.evidence[one.evidence]}
                  {one.evidence_due === null || one.evidence === 'sent' ? null : (
                    <>
                      {' · '}
                      {words.order.evidenceDue}: <Countdown until={one.evidence_due} />
                    </>
                  )}
                </Text>
              </div>
              <Tag color={one.status === 'won' ? 'green' : one.status === 'needs_response' ? 'red' : 'orange'}>
                {words.disputeStatus[one.status]}
              </Tag>
            </Group>
          ))}
        </Block>
      )}
    </>
  );
}
