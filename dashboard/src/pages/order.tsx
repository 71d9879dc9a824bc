import { Grid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionBar } from '../actions/bar.tsx';
import { ActionDialog, type Begun } from '../actions/dialog.tsx';
import { problemOf } from '../api/client.ts';
import { hasScope, mayAct } from '../api/session.ts';
import { Aftermath, Attention, Decisions } from '../order/aftermath.tsx';
import { OrderHeader } from '../order/header.tsx';
import { Instructions } from '../order/instructions.tsx';
import { Items } from '../order/items.tsx';
import { Parcels } from '../order/parcels.tsx';
import { Payments } from '../order/payment.tsx';
import { People } from '../order/people.tsx';
import { Substitutions } from '../order/substitutions.tsx';
import { Timeline } from '../order/timeline.tsx';
import { Waiting } from '../order/waiting.tsx';
import { Messages, Notes } from '../order/writing.tsx';
import { orderQuery } from '../orders/queries.ts';
import { Empty, LoadingPage, ProblemNote } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

const route = getRouteApi('/desk/orders/$number');

export function OrderPage() {
  const words = useWords();
  const me = useMe();
  const { number } = route.useParams();
  const { data: order, error, refetch } = useQuery(orderQuery(number));
  const [begun, begin] = useState<Begun | null>(null);
  if (order === undefined) {
    if (error === null) return <LoadingPage />;
    if (problemOf(error).status === 404)
      return <Empty isPage title={words.order.notFound} hint={words.order.notFoundHint} />;
    return <ProblemNote error={error} retry={() => void refetch()} />;
  }
  const isSeller = me.role === 'seller';
  const resolve =
    order.allowed_actions.includes('resolve_exception') &&
    mayAct(me, 'resolve_exception') &&
    hasScope(me, 'exceptions:resolve')
      ? (exception: string) => begin({ action: 'resolve_exception', values: { exception } })
      : null;
  return (
    <Stack gap="md">
      <OrderHeader order={order} actions={<ActionBar order={order} me={me} begin={(action) => begin({ action })} />} />
      {error === null ? null : <ProblemNote error={error} retry={() => void refetch()} />}
      {isSeller ? null : <Waiting order={order} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack gap="md">
            <Attention order={order} resolve={resolve} />
            <Items order={order} />
            <Parcels order={order} />
            {!isSeller && hasScope(me, 'orders:codes') ? <Instructions order={order} /> : null}
            <Substitutions order={order} />
            <Aftermath order={order} />
            <Messages order={order} />
            {isSeller ? null : <Notes order={order} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <Decisions order={order} />
            <People order={order} isStaff={!isSeller} />
            <Payments order={order} />
            <Timeline order={order} />
          </Stack>
        </Grid.Col>
      </Grid>
      {begun === null ? null : <ActionDialog number={number} begun={begun} close={() => begin(null)} />}
    </Stack>
  );
}
