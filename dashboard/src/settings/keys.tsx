import { Alert, Button, Code, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyView } from '../../../src/contracts/people.ts';
import { ask } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { Copy } from '../order/header.tsx';
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

const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => ask<{ data: KeyView[] }>('/v1/keys', { signal }),
});
const ROLES = ['service', 'agent', 'seller', 'staff', 'customer', 'owner'] as const;
const FIRST: Granted<(typeof ROLES)[number]> = { role: 'service', scopes: ['orders:read'], seller: '' };
const STATES: Readonly<Record<KeyView['status'], string>> = { valid: 'green', revoked: 'gray', expired: 'orange' };

function MakeDialog({ close, made }: { readonly close: () => void; readonly made: (key: string) => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [granted, setGranted] = useState(FIRST);
  const [days, setDays] = useState<number | string>('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const { role, scopes, seller } = granted;
      const body = {
        name: name.trim(),
        role,
        scopes,
        expires_in_days: days === '' ? null : Number(days),
        ...(role === 'seller' ? { seller: seller.trim() } : {}),
      };
      return ask<{ key: string }>('/v1/keys', { method: 'POST', body });
    },
    onSuccess: ({ key }) => {
      void queryClient.invalidateQueries({ queryKey: ['keys'] });
      made(key);
      close();
    },
  });
  const wrong = fieldErrors(words, error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog title={words.settings.newKey} close={close} size="md">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.settings.name}
            required
            maxLength={100}
            value={name}
            error={wrong['name']}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <RoleFields
            roles={ROLES}
            hasScopes={() => true}
            granted={granted}
            grant={(changes) => setGranted((before) => ({ ...before, ...changes }))}
            wrong={wrong}
          />
          <NumberInput
            label={words.settings.expiresInDays}
            min={1}
            max={3650}
            allowDecimal={false}
            value={days}
            error={wrong['expires_in_days']}
            onChange={setDays}
          />
          {error === null ? null : <ProblemNote error={error} shown={['name', ...GRANTED, 'expires_in_days']} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending} disabled={name.trim() === '' || granted.scopes.length === 0}>
              {words.settings.newKey}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function KeyList({ keys }: { readonly keys: readonly KeyView[] }) {
  const words = useWords();
  const me = useMe();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [leaving, revoke] = useState<KeyView | null>(null);
  const mayWrite = hasScope(me, 'keys:write');
  const states = {
    valid: words.settings.valid,
    revoked: words.settings.revoked,
    expired: words.proposals.status.expired,
  };
  return (
    <Stack gap="md">
      {mayWrite ? (
        <Group>
          <Button onClick={() => setMaking(true)}>{words.settings.newKey}</Button>
        </Group>
      ) : null}
      {made === null ? null : (
        <Alert color="green" variant="light" title={words.settings.keyOnce} role="status">
          <Code className="wrap-anywhere">{made}</Code> <Copy value={made} label={words.settings.newKey} />
        </Alert>
      )}
      <PlainTable
        label={words.settings.keys}
        head={[
          words.settings.name,
          words.settings.role,
          words.settings.scopes,
          words.settings.lastUsed,
          words.settings.state,
          '',
        ]}
        rows={keys.map((one) => ({
          key: one.id,
          cells: [
            <Text key="name" fz="sm" fw={600}>
              {one.name}
            </Text>,
            words.role[one.role],
            <Text key="scopes" fz="xs" c="dimmed" maw={280} lineClamp={2}>
              {one.scopes.join(', ')}
            </Text>,
            one.last_used_at === null ? words.settings.never : <Ago key="used" at={one.last_used_at} />,
            <Tag key="state" color={STATES[one.status]}>
              {states[one.status]}
            </Tag>,
            mayWrite && one.status === 'valid' ? (
              <Button
                key="revoke"
                size="xs"
                variant="default"
                aria-label={`${words.settings.revoke}: ${one.name}`}
                onClick={() => revoke(one)}
              >
                {words.settings.revoke}
              </Button>
            ) : null,
          ],
        }))}
      />
      {making ? <MakeDialog close={() => setMaking(false)} made={setMade} /> : null}
      {leaving === null ? null : (
        <AskFirst
          title={`${words.settings.revoke}: ${leaving.name}`}
          text={words.settings.revokeHint}
          button={words.settings.revoke}
          act={() => ask(`/v1/keys/${leaving.id}/revoke`, { method: 'POST', body: {} })}
          list="keys"
          close={() => revoke(null)}
        />
      )}
    </Stack>
  );
}

export function Keys() {
  return <Answered asked={useQuery(keysQuery)}>{({ data }) => <KeyList keys={data} />}</Answered>;
}
