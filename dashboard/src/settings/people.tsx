import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { InvitationView, PersonView } from '../../../src/contracts/people.ts';
import { ask } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { Tag } from '../parts/badges.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { LoadingRows, ProblemNote } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';
import { type Granted, RoleFields } from './role-fields.tsx';
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

function InviteDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const [granted, setGranted] = useState(FIRST);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const { role, scopes, seller } = granted;
      const body = {
        email: email.trim(),
        role,
        scopes: role === 'staff' ? scopes : [],
        ...(role === 'seller' ? { seller: seller.trim() } : {}),
      };
      return ask('/v1/invitations', { method: 'POST', body });
    },
    onSuccess: () => {
      notifications.show({ color: 'green', message: words.settings.invited });
      void queryClient.invalidateQueries({ queryKey: ['invitations'] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog title={words.settings.invite} close={close} size="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.settings.email}
            type="email"
            required
            autoFocus
            value={email}
            error={fieldErrors(words, error)['email']}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <RoleFields
            roles={ROLES}
            hasScopes={(role) => role === 'staff'}
            granted={granted}
            grant={(changes) => setGranted((before) => ({ ...before, ...changes }))}
            wrong={fieldErrors(words, error)}
          />
          {error === null ? null : <ProblemNote error={error} />}
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

export function People() {
  const words = useWords();
  const me = useMe();
  const [inviting, setInviting] = useState(false);
  const { data, error, refetch } = useQuery(peopleQuery);
  const { data: invitations } = useQuery(invitationsQuery);
  if (error !== null) return <ProblemNote error={error} retry={() => void refetch()} />;
  if (data === undefined) return <LoadingRows />;
  const open = invitations?.data.filter(({ status }) => status === 'open') ?? [];
  const scopesOf = (scopes: readonly string[]) => (
    <Text fz="xs" c="dimmed" maw={320} lineClamp={2}>
      {scopes.join(', ')}
    </Text>
  );
  return (
    <Stack gap="md">
      {hasScope(me, 'people:write') ? (
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
        ]}
        rows={data.data.map((one) => ({
          key: one.id,
          cells: [
            <Text key="name" fz="sm" fw={600}>
              {one.name}{' '}
              {one.disabled ? (
                <Tag color="red" size="xs">
                  {words.settings.revoked}
                </Tag>
              ) : null}
            </Text>,
            one.email,
            `${words.role[one.role]}${one.seller === null ? '' : ` (${one.seller})`}`,
            scopesOf(one.scopes),
            <Ago key="at" at={one.created_at} />,
          ],
        }))}
      />
      {open.length === 0 ? null : (
        <>
          <Title order={2} size="h5">
            {words.settings.invite}
          </Title>
          <PlainTable
            label={words.settings.invite}
            head={[words.settings.email, words.settings.role, words.settings.expires]}
            rows={open.map((one) => ({
              key: one.id,
              cells: [one.email, words.role[one.role], <Ago key="at" at={one.expires_at} />],
            }))}
          />
        </>
      )}
      {inviting ? <InviteDialog close={() => setInviting(false)} /> : null}
    </Stack>
  );
}
