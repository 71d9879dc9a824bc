import { Button, Card, Group, SegmentedControl, Stack, Text, Textarea, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMessageChatbot } from '@tabler/icons-react';
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProposalPage, ProposalView } from '../../../src/contracts/proposals.ts';
import { FieldsGiven } from '../actions/given.tsx';
import { ChangesList } from '../actions/preview.tsx';
import { ask, queryOf } from '../api/client.ts';
import { relative } from '../api/format.ts';
import { mayAct } from '../api/session.ts';
import { whoOf } from '../order/who.ts';
import { Tag } from '../parts/badges.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Pager } from '../parts/pager.tsx';
import { AnsweredList, Empty, LoadingRows, ProblemNote } from '../parts/states.tsx';
import { Ago, useNow } from '../parts/times.tsx';
import { useMe } from '../shell/me.ts';
import { useSpeech, useWords } from '../words/languages.tsx';

const route = getRouteApi('/desk/proposals');
const STATUSES = ['open', 'confirmed', 'declined', 'expired', 'void'] as const;
type Status = (typeof STATUSES)[number];
const COLOURS: Readonly<Record<Status, string>> = {
  open: 'blue',
  confirmed: 'green',
  declined: 'gray',
  expired: 'gray',
  void: 'orange',
};

const proposalsQuery = (status: Status, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['proposals', status, cursor ?? ''],
    queryFn: ({ signal }) => ask<ProposalPage>(`/v1/proposals${queryOf({ status, cursor, limit: 50 })}`, { signal }),
    placeholderData: keepPreviousData,
  });

function Deciding({ proposal }: { readonly proposal: ProposalView }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [declining, setDeclining] = useState(false);
  const [note, setNote] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: (step: 'confirm' | 'decline') => {
      const body = step === 'decline' && note.trim() !== '' ? { note: note.trim() } : {};
      return ask(`/v1/proposals/${proposal.id}/${step}`, { method: 'POST', body });
    },
    onSuccess: (_answer, step) =>
      notifications.show({
        color: 'green',
        message: step === 'confirm' ? words.proposals.confirmed : words.proposals.declined,
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['proposals'] }),
  });
  return (
    <Stack gap="xs">
      {error === null ? null : <ProblemNote error={error} shown={declining ? ['note'] : []} />}
      {declining ? (
        <Textarea
          label={words.proposals.declineNote}
          autosize
          minRows={1}
          value={note}
          error={fieldErrors(words, error)['note']}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      ) : null}
      <Group gap="xs">
        {declining ? null : (
          <Button loading={isPending} onClick={() => mutate('confirm')}>
            {words.proposals.confirm}
          </Button>
        )}
        <Button
          variant="default"
          loading={isPending}
          onClick={() => (declining ? mutate('decline') : setDeclining(true))}
        >
          {words.proposals.decline}
        </Button>
      </Group>
    </Stack>
  );
}

function Proposal({ proposal }: { readonly proposal: ProposalView }) {
  const now = useNow();
  const { words, language } = useSpeech();
  const me = useMe();
  const isOpen = proposal.status === 'open';
  return (
    <Card component="article" aria-label={`${words.action[proposal.action] ?? proposal.action} ${proposal.order}`}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={2} size="h5">
              {words.action[proposal.action] ?? proposal.action}
            </Title>
            <TextLink to="/orders/$number" params={{ number: proposal.order }} className="mono" fz="sm">
              {proposal.order}
            </TextLink>
            <Tag color={COLOURS[proposal.status]}>{words.proposals.status[proposal.status]}</Tag>
          </Group>
          <Text fz="xs" c="dimmed">
            {words.proposals.preparedBy(whoOf(proposal.prepared_by, words))} · <Ago at={proposal.created_at} />
          </Text>
        </Group>
        <Text className="prewrap">{proposal.reason}</Text>
        <FieldsGiven proposal={proposal} />
        <Stack gap={4} className="preview">
          <Text fz="sm" fw={600}>
            {words.form.preview}
          </Text>
          <ChangesList changes={proposal.would_change} />
        </Stack>
        {proposal.note === null ? null : <Text fz="sm">{proposal.note}</Text>}
        {isOpen ? (
          <>
            <Text fz="xs" c="dimmed">
              {words.proposals.expires(relative(proposal.expires_at, now, language))}
            </Text>
            {mayAct(me, proposal.action) ? (
              <Deciding proposal={proposal} />
            ) : (
              <Text fz="sm">{words.order.needsScope}</Text>
            )}
          </>
        ) : null}
      </Stack>
    </Card>
  );
}

export function ProposalsPage() {
  const words = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const status = STATUSES.find((one) => one === search.status) ?? 'open';
  const asked = useQuery({ ...proposalsQuery(status, search.cursor), refetchInterval: 15_000 });
  return (
    <Stack gap="sm" maw={860}>
      <div>
        <PageTitle>{words.proposals.title}</PageTitle>
        <Text fz="sm" c="dimmed">
          {words.proposals.subtitle}
        </Text>
      </div>
      <SegmentedControl
        aria-label={words.proposals.title}
        value={status}
        className="scrolling-tabs"
        data={STATUSES.map((value) => ({ value, label: words.proposals.status[value] }))}
        onChange={(value) => void navigate({ search: { status: value === 'open' ? undefined : value } })}
      />
      <AnsweredList
        asked={asked}
        loading={<LoadingRows rows={3} height={160} />}
        empty={
          <Empty
            icon={<IconMessageChatbot size={30} />}
            title={words.proposals.empty}
            hint={words.proposals.emptyHint}
          />
        }
      >
        {(proposals) => proposals.map((proposal) => <Proposal key={proposal.id} proposal={proposal} />)}
      </AnsweredList>
      <Pager
        next={asked.data?.next_cursor ?? null}
        page={Number(search.page ?? '1')}
        go={(to) => void navigate({ search: { status: search.status, ...to } })}
      />
    </Stack>
  );
}
