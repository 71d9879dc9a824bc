import { Alert, Button, Card, Center, Group, Stack, Stepper, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowBackUp, IconBan, IconBox, IconHome, IconReceipt, IconTruckDelivery } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import type { MeView } from '../../../src/contracts/people.ts';
import { ActionDialog, type Begun } from '../actions/dialog.tsx';
import { ask, problemOf, speakFor } from '../api/client.ts';
import { money } from '../api/format.ts';
import { Aftermath } from '../order/aftermath.tsx';
import { Instructions } from '../order/instructions.tsx';
import { Items } from '../order/items.tsx';
import { Parcels } from '../order/parcels.tsx';
import { AddressLines } from '../order/people.tsx';
import { SubstitutionQuestions } from '../order/substitutions.tsx';
import { Messages } from '../order/writing.tsx';
import { orderQuery } from '../orders/queries.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { useSaid } from '../parts/said.ts';
import { LoadingPage, ProblemNote } from '../parts/states.tsx';
import { Appearance } from '../shell/appearance.tsx';
import { useSpeech } from '../words/languages.tsx';

/** What a buyer sees of their order, by the signed link in their mail; made for a telephone first. */

const route = getRouteApi('/track/$token');
const LOOK_MS = 10_000;

const linkQuery = (token: string) =>
  queryOptions({
    queryKey: ['link', token],
    queryFn: ({ signal }) => ask<MeView>('/v1/me', { signal }),
    retry: false,
  });

const isUndone = ({ status }: OrderView): boolean => status === 'cancelled' || status === 'failed';

function stepOf({ status, fulfilments }: OrderView): number {
  if (['delivered', 'completed', 'returned'].includes(status)) return 4;
  if (status === 'shipped' || fulfilments.some((one) => one.status === 'shipped')) return 3;
  return status === 'pending' ? 1 : 2;
}

function Progress({ order }: { readonly order: OrderView }) {
  const { words } = useSpeech();
  const said = useSaid();
  const isSmall = useMediaQuery('(max-width: 40em)') ?? false;
  const { placed, packed, shipped, delivered } = words.track.steps;
  if (isUndone(order)) {
    const ended = order.timeline.findLast(({ type }) => type === 'order_cancelled');
    return (
      <Alert color="gray" variant="light" icon={<IconBan aria-hidden />} title={words.track.cancelled}>
        {ended === undefined ? null : said(ended.saying, ended.reason)}
      </Alert>
    );
  }
  return (
    <Card>
      <Stepper
        active={stepOf(order)}
        orientation={isSmall ? 'vertical' : 'horizontal'}
        size="sm"
        className="progress"
        allowNextStepsSelect={false}
      >
        <Stepper.Step label={placed} icon={<IconReceipt size={18} aria-hidden />} />
        <Stepper.Step label={packed} icon={<IconBox size={18} aria-hidden />} />
        <Stepper.Step label={shipped} icon={<IconTruckDelivery size={18} aria-hidden />} />
        <Stepper.Step label={delivered} icon={<IconHome size={18} aria-hidden />} />
      </Stepper>
    </Card>
  );
}

function Asks({ order, begin }: { readonly order: OrderView; readonly begin: (begun: Begun) => void }) {
  const { words } = useSpeech();
  const may = (action: string): boolean => order.allowed_actions.some((name) => name === action);
  if (!may('cancel') && !may('request_return')) return null;
  return (
    <Group gap="xs">
      {may('cancel') ? (
        <Button
          variant="default"
          leftSection={<IconBan size={16} aria-hidden />}
          onClick={() => begin({ action: 'cancel' })}
        >
          {words.track.cancel}
        </Button>
      ) : null}
      {may('request_return') ? (
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          onClick={() => begin({ action: 'request_return' })}
        >
          {words.track.return}
        </Button>
      ) : null}
    </Group>
  );
}

function Tracked({ number, store }: { readonly number: string; readonly store: string | undefined }) {
  const { words, language } = useSpeech();
  const { data: order, error, refetch } = useQuery({ ...orderQuery(number), refetchInterval: LOOK_MS });
  const [begun, begin] = useState<Begun | null>(null);
  if (order === undefined)
    return error === null ? <LoadingPage /> : <ProblemNote error={error} retry={() => void refetch()} />;
  const payment = order.payments[0]?.next_action ?? null;
  return (
    <Stack gap="md">
      <div>
        <Text c="dimmed">{words.track.thanks}</Text>
        <PageTitle size="h3" whose={store}>
          {words.track.title(order.number)}
        </PageTitle>
        <Text className="numbers">
          {money(order.total, order.currency, language)}
          {order.payment_status === null ? null : ` · ${words.paymentStatus[order.payment_status]}`}
        </Text>
      </div>
      {payment === null ? null : (
        <Button component="a" href={payment.url} size="md">
          {words.order.payLink}
        </Button>
      )}
      <SubstitutionQuestions order={order} begin={begin} />
      <Progress order={order} />
      <Asks order={order} begin={begin} />
      <Instructions order={order} />
      <Parcels order={order} />
      <Items order={order} />
      <Card component="section" aria-label={words.order.shippingAddress}>
        <Text fz="sm" c="dimmed">
          {words.order.shippingAddress}
        </Text>
        <AddressLines address={order.shipping_address} />
      </Card>
      <Aftermath order={order} />
      <Messages order={order} to="store" />
      <Text fz="sm" c="dimmed">
        {words.track.help}
      </Text>
      {begun === null ? null : <ActionDialog number={number} begun={begun} close={() => begin(null)} />}
    </Stack>
  );
}

export function TrackPage() {
  const { words } = useSpeech();
  const { token } = route.useParams();
  speakFor(token);
  useEffect(() => () => speakFor(null), []);
  const { data: me, error, refetch } = useQuery(linkQuery(token));
  return (
    <Stack p="md" gap="sm" maw={720} mx="auto">
      <Group justify="flex-end" component="header">
        <Appearance />
      </Group>
      <main>
        {me?.order != null ? (
          <Tracked number={me.order} store={me.store ?? undefined} />
        ) : error === null ? (
          <LoadingPage />
        ) : problemOf(error).status === 401 ? (
          <Center mih={240}>
            <Stack align="center" gap="xs">
              <PageTitle size="h4" ta="center">
                {words.track.invalid}
              </PageTitle>
            </Stack>
          </Center>
        ) : (
          <ProblemNote error={error} retry={() => void refetch()} />
        )}
      </main>
    </Stack>
  );
}
