import { Button, Card, Code, Group, List, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { descriptionQuery, type FieldSchema } from '../actions/schema.ts';
import { ask, problemOf } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { LoadingRows, ProblemNote } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

/** What a store has decided for itself. Each field with its explanation and its default, as the API describes them. */

type Store = {
  readonly code: string;
  readonly name: string;
  readonly policy_version: number;
  readonly policy: Readonly<Record<string, unknown>>;
};
type Version = {
  readonly version: number;
  readonly changed_at: string;
  readonly changed_by: string;
  readonly note: string | null;
};

const storesQuery = queryOptions({
  queryKey: ['stores'],
  queryFn: ({ signal }) => ask<{ data: Store[] }>('/v1/stores', { signal }),
});
const historyQuery = (code: string) =>
  queryOptions({
    queryKey: ['stores', code, 'history'],
    queryFn: ({ signal }) => ask<{ data: Version[] }>(`/v1/stores/${code}/policy/history`, { signal }),
  });

/** What is written of one field; empty: the default. Texts stand as they are, all else as JSON. */
const shown = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function Explained({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <Code key={`${index} ${part}`}>{part}</Code> : part));
}

function Field({
  name,
  schema,
  value,
  set,
  disabled,
}: {
  readonly name: string;
  readonly schema: FieldSchema;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly disabled: boolean;
}) {
  const label = name.replaceAll('_', ' ');
  const explanation = <Explained text={schema.description ?? ''} />;
  if (schema.enum !== undefined)
    return (
      <Select
        label={label}
        description={explanation}
        data={[...schema.enum]}
        value={value === '' ? null : value}
        clearable
        disabled={disabled}
        onChange={(chosen) => set(chosen ?? '')}
      />
    );
  return (
    <TextInput
      label={label}
      description={explanation}
      value={value}
      disabled={disabled}
      classNames={{ input: 'mono' }}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

function Editor({
  store,
  fields,
}: {
  readonly store: Store;
  readonly fields: readonly (readonly [string, FieldSchema])[];
}) {
  const words = useWords();
  const me = useMe();
  const queryClient = useQueryClient();
  const mayWrite = hasScope(me, 'policies:write');
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fields.map(([name]) => [name, shown(store.policy[name])])),
  );
  const [note, setNote] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const policy = Object.fromEntries(
        Object.entries(values).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, read(text.trim())]])),
      );
      const body = { version: store.policy_version, policy, ...(note.trim() === '' ? {} : { note: note.trim() }) };
      return ask<Store>(`/v1/stores/${store.code}/policy`, { method: 'PUT', body });
    },
    onSuccess: ({ policy_version }) => {
      notifications.show({ color: 'green', message: words.settings.policySaved(policy_version) });
      setNote('');
      void queryClient.invalidateQueries({ queryKey: ['stores'] });
    },
  });
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
          {fields.map(([name, schema]) => (
            <Field
              key={name}
              name={name}
              schema={schema}
              value={values[name] ?? ''}
              disabled={!mayWrite}
              set={(value) => setValues((before) => ({ ...before, [name]: value }))}
            />
          ))}
          {mayWrite ? (
            <>
              <Textarea
                label={words.settings.policyChangeNote}
                autosize
                minRows={1}
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              {error === null ? null : problemOf(error).code === 'policy_changed' ? (
                <Text role="alert" className="late">
                  {words.settings.policyConflict}
                </Text>
              ) : (
                <ProblemNote error={error} />
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
            {words.settings.changedBy(one.changed_by)}
            {one.note === null ? null : <Text fz="sm">{one.note}</Text>}
          </List.Item>
        ))}
      </List>
    </Card>
  );
}

export function Policies() {
  const { data: stores, error, refetch } = useQuery(storesQuery);
  const { data: description } = useQuery(descriptionQuery);
  if (error !== null) return <ProblemNote error={error} retry={() => void refetch()} />;
  if (stores === undefined || description === undefined) return <LoadingRows />;
  const { policy } = description.components.schemas['PutPolicy']?.properties ?? {};
  const fields = Object.entries(policy?.properties ?? {});
  return (
    <Stack gap="md" maw={760}>
      {stores.data.map((store) => (
        <Stack key={store.code} gap="md">
          <Editor key={store.policy_version} store={store} fields={fields} />
          <History code={store.code} />
        </Stack>
      ))}
    </Stack>
  );
}
