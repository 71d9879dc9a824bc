import { Button, Card, Group, List, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { PolicyHistory, StoreView } from '../../../src/contracts/stores.ts';
import { descriptionQuery, type FieldSchema } from '../actions/schema.ts';
import { ask, problemOf } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { whoIn } from '../order/who.ts';
import { fieldErrors } from '../parts/errors.ts';
import { Answered, ProblemNote } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';
import { PolicyField, written } from './policy-fields.tsx';

/** What a store has decided for itself. Each field with its explanation and its default, as the API describes them. */

const storesQuery = queryOptions({
  queryKey: ['stores'],
  queryFn: ({ signal }) => ask<{ data: StoreView[] }>('/v1/stores', { signal }),
});
const historyQuery = (code: string) =>
  queryOptions({
    queryKey: ['stores', code, 'history'],
    queryFn: ({ signal }) => ask<PolicyHistory>(`/v1/stores/${code}/policy/history`, { signal }),
  });

function Editor({ store, schema }: { readonly store: StoreView; readonly schema: FieldSchema }) {
  const words = useWords();
  const me = useMe();
  const queryClient = useQueryClient();
  const mayWrite = hasScope(me, 'policies:write');
  const [policy, setPolicy] = useState(store.policy);
  const [note, setNote] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const body = {
        version: store.policy_version,
        policy: written(schema, policy) ?? {},
        ...(note.trim() === '' ? {} : { note: note.trim() }),
      };
      return ask<StoreView>(`/v1/stores/${store.code}/policy`, { method: 'PUT', body });
    },
    onSuccess: ({ policy_version }) => {
      notifications.show({ color: 'green', message: words.settings.policySaved(policy_version) });
      setNote('');
      void queryClient.invalidateQueries({ queryKey: ['stores'] });
    },
  });
  const wrong = fieldErrors(words, error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Card component="section" aria-label={words.settings.policies}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {store.name}
        </Title>
        <Text fz="sm" c="dimmed">
          {words.settings.policyVersion(store.policy_version)}
        </Text>
      </Group>
      <form onSubmit={submit}>
        <Stack gap="md">
          {Object.entries(schema.properties ?? {}).map(([name, part]) => (
            <PolicyField
              key={name}
              name={name}
              path={`policy.${name}`}
              schema={part}
              value={policy[name]}
              disabled={!mayWrite}
              wrong={wrong}
              set={(value) => setPolicy((before) => ({ ...before, [name]: value }))}
            />
          ))}
          {mayWrite ? (
            <>
              <Textarea
                label={words.settings.policyChangeNote}
                autosize
                minRows={1}
                value={note}
                error={wrong['note']}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              {error === null ? null : problemOf(error).code === 'policy_changed' ? (
                <Text role="alert" className="late">
                  {words.settings.policyConflict}
                </Text>
              ) : (
                // The form is longer than the screen: what is wrong above is named here as well.
                <ProblemNote error={error} shown={['note']} />
              )}
              <Group justify="flex-end">
                <Button type="submit" loading={isPending}>
                  {words.settings.policySave}
                </Button>
              </Group>
            </>
          ) : null}
        </Stack>
      </form>
    </Card>
  );
}

function History({ code }: { readonly code: string }) {
  const words = useWords();
  const { data } = useQuery(historyQuery(code));
  if (data === undefined || data.data.length === 0) return null;
  return (
    <Card component="section" aria-label={words.settings.history}>
      <Title order={2} size="h5" mb="sm">
        {words.settings.history}
      </Title>
      <List fz="sm" spacing="xs">
        {data.data.map((one) => (
          <List.Item key={one.version}>
            {words.settings.policyVersion(one.version)} · <Ago at={one.changed_at} />{' '}
            {words.settings.changedBy(whoIn(one.changed_by, one.changed_by_name, words))}
            {one.note === null ? null : <Text fz="sm">{one.note}</Text>}
          </List.Item>
        ))}
      </List>
    </Card>
  );
}

function OfStore({ stores, schema }: { readonly stores: readonly StoreView[]; readonly schema: FieldSchema }) {
  const [chosen, choose] = useState<string | null>(null);
  const words = useWords();
  const store = stores.find(({ code }) => code === chosen) ?? stores[0];
  return (
    <Stack gap="md" maw={760}>
      {stores.length < 2 ? null : (
        <Select
          label={words.settings.store}
          allowDeselect={false}
          data={stores.map(({ code, name }) => ({ value: code, label: name }))}
          value={store?.code ?? null}
          onChange={choose}
          maw={300}
        />
      )}
      {store === undefined ? null : (
        <>
          <Editor key={`${store.code} ${store.policy_version}`} store={store} schema={schema} />
          <History code={store.code} />
        </>
      )}
    </Stack>
  );
}

export function Policies() {
  const stores = useQuery(storesQuery);
  const description = useQuery(descriptionQuery);
  return (
    <Answered asked={description}>
      {({ components }) => (
        <Answered asked={stores}>
          {({ data }) => (
            <OfStore stores={data} schema={components.schemas['PutPolicy']?.properties?.['policy'] ?? {}} />
          )}
        </Answered>
      )}
    </Answered>
  );
}
