import { Button, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { InvitationView, PersonView } from '../../../src/contracts/people.ts';
import { ask } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { AskFirst } from '../parts/ask-first.tsx';
import { Tag } from '../parts/badges.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { Answered, ProblemNote } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';
import { GRANTED, type Granted, RoleFields } from './role-fields.tsx';
import { PlainTable } from './table.tsx';

const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: ({ signal }) => ask<{ data: PersonView[] }>('/v1/people?limit=200', { signal }),
});
const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => ask<{ data: InvitationView[] }>('/v1/invitations?limit=50', { signal }),
});

const ROLES = ['owner', 'staff', 'seller'] as const;
const FIRST: Granted<(typeof ROLES)[number]> = {
  role: 'staff',
  scopes: ['orders:read', 'orders:act', 'exceptions:read', 'exceptions:resolve', 'inventory:read'],
  seller: '',
};

/** Dialogs of somebody's role: what was entered is sent, and the list that shows it is read anew. */
function useGrant(
  first: Granted<(typeof ROLES)[number]>,
  send: (granted: Granted<(typeof ROLES)[number]>) => Promise<unknown>,
) {
  const words = useWords();
  const [granted, setGranted] = useState(first);
  const { mutate, isPending, error } = useMutation({ mutationFn: () => send(granted) });
  const fields = (
    <RoleFields
      roles={ROLES}
      hasScopes={(role) => role === 'staff'}
      granted={granted}
      grant={(changes) => setGranted((before) => ({ ...before, ...changes }))}
      wrong={fieldErrors(words, error)}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return { fields, submit, isPending, error };
}

function InviteDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const { fields, submit, isPending, error } = useGrant(FIRST, async ({ role, scopes, seller }) => {
    const body = {
      email: email.trim(),
      role,
      scopes: role === 'staff' ? scopes : [],
      ...(role === 'seller' ? { seller: seller.trim() } : {}),
    };
    await ask('/v1/invitations', { method: 'POST', body });
    notifications.show({ color: 'green', message: words.settings.invited });
    void queryClient.invalidateQueries({ queryKey: ['invitations'] });
    close();
  });
  return (
    <Dialog title={words.settings.invite} close={close} size="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.settings.email}
            type="email"
            required
            value={email}
            error={fieldErrors(words, error)['email']}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          {fields}
          {error === null ? null : <ProblemNote error={error} shown={['email', ...GRANTED]} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending} disabled={email.trim() === ''}>
              {words.settings.invite}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** What somebody may do here, and whether they may sign in at all. */
function PersonDialog({ person, close }: { readonly person: PersonView; readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const known: Granted<(typeof ROLES)[number]> = {
    role: person.role,
    scopes: person.role === 'staff' ? person.scopes : FIRST.scopes,
    seller: person.seller ?? '',
  };
  const [maySignIn, setMaySignIn] = useState(!person.disabled);
  const { fields, submit, isPending, error } = useGrant(known, async ({ role, scopes, seller }) => {
    const body = {
      role,
      scopes: role === 'staff' ? scopes : [],
      seller: role === 'seller' ? seller.trim() : null,
      disabled: !maySignIn,
    };
    await ask(`/v1/people/${person.id}`, { method: 'PATCH', body });
    notifications.show({ color: 'green', message: words.settings.personSaved(person.name) });
    void queryClient.invalidateQueries({ queryKey: ['people'] });
    close();
  });
  return (
    <Dialog title={person.name} close={close} size="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text fz="sm" c="dimmed" className="wrap-anywhere">
            {person.email}
          </Text>
          {fields}
          <Switch
            label={words.settings.maySignIn}
            checked={maySignIn}
            onChange={(event) => setMaySignIn(event.currentTarget.checked)}
          />
          {error === null ? null : <ProblemNote error={error} shown={GRANTED} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {words.general.cancel}
            </Button>
            <Button type="submit" loading={isPending}>
              {words.general.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Withdrawing({ invitation, close }: { readonly invitation: InvitationView; readonly close: () => void }) {
  const words = useWords();
  return (
    <AskFirst
      title={`${words.settings.withdraw}: ${invitation.email}`}
      text={words.settings.withdrawHint}
      button={words.settings.withdraw}
      act={() => ask(`/v1/invitations/${invitation.id}`, { method: 'DELETE' })}
      list="invitations"
      close={close}
    />
  );
}

function PeopleList({ people }: { readonly people: readonly PersonView[] }) {
  const words = useWords();
  const me = useMe();
  const [inviting, setInviting] = useState(false);
  const [changed, change] = useState<PersonView | null>(null);
  const [withdrawn, withdraw] = useState<InvitationView | null>(null);
  const { data: invitations, error, refetch } = useQuery(invitationsQuery);
  const mayWrite = hasScope(me, 'people:write');
  const open = invitations?.data.filter(({ status }) => status === 'open') ?? [];
  const scopesOf = (scopes: readonly string[]) => (
    <Text fz="xs" c="dimmed" maw={320} lineClamp={2}>
      {scopes.join(', ')}
    </Text>
  );
  return (
    <Stack gap="md">
      {mayWrite ? (
        <Group>
          <Button onClick={() => setInviting(true)}>{words.settings.invite}</Button>
        </Group>
      ) : null}
      <PlainTable
        label={words.settings.people}
        head={[
          words.settings.name,
          words.settings.email,
          words.settings.role,
          words.settings.scopes,
          words.settings.created,
          '',
        ]}
        rows={people.map((one) => ({
          key: one.id,
          cells: [
            <Text key="name" fz="sm" fw={600}>
              {one.name}{' '}
              {one.disabled ? (
                <Tag color="red" size="xs">
                  {words.settings.shutOut}
                </Tag>
              ) : null}
            </Text>,
            one.email,
            `${words.role[one.role]}${one.seller === null ? '' : ` (${one.seller})`}`,
            scopesOf(one.scopes),
            <Ago key="at" at={one.created_at} />,
            mayWrite ? (
              <Button
                key="edit"
                size="xs"
                variant="default"
                aria-label={`${words.settings.edit}: ${one.name}`}
                onClick={() => change(one)}
              >
                {words.settings.edit}
              </Button>
            ) : null,
          ],
        }))}
      />
      {error === null ? null : <ProblemNote error={error} retry={() => void refetch()} />}
      {open.length === 0 ? null : (
        <>
          <Title order={2} size="h5">
            {words.settings.invitations}
          </Title>
          <PlainTable
            label={words.settings.invitations}
            head={[words.settings.email, words.settings.role, words.settings.expires, '']}
            rows={open.map((one) => ({
              key: one.id,
              cells: [
                one.email,
                words.role[one.role],
                <Ago key="at" at={one.expires_at} />,
                mayWrite ? (
                  <Button
                    key="withdraw"
                    size="xs"
                    variant="default"
                    aria-label={`${words.settings.withdraw}: ${one.email}`}
                    onClick={() => withdraw(one)}
                  >
                    {words.settings.withdraw}
                  </Button>
                ) : null,
              ],
            }))}
          />
        </>
      )}
      {changed === null ? null : <PersonDialog person={changed} close={() => change(null)} />}
      {inviting ? <InviteDialog close={() => setInviting(false)} /> : null}
      {withdrawn === null ? null : <Withdrawing invitation={withdrawn} close={() => withdraw(null)} />}
    </Stack>
  );
}

export function People() {
  return <Answered asked={useQuery(peopleQuery)}>{({ data }) => <PeopleList people={data} />}</Answered>;
}
