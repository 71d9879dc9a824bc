import { ActionIcon, Button, Group, Menu, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SavedViewView } from '../../../src/contracts/desk.ts';
import { ask } from '../api/client.ts';
import { AskFirst } from '../parts/ask-first.tsx';
import { Tag } from '../parts/badges.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';
import { filtersOf, type OrdersSearch } from './filters.ts';

const viewsQuery = queryOptions({
  queryKey: ['views', 'orders'],
  queryFn: ({ signal }) => ask<{ data: SavedViewView[] }>('/v1/views?list=orders', { signal }),
  staleTime: 30_000,
});

function SaveDialog({ search, close }: { readonly search: OrdersSearch; readonly close: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      ask('/v1/views', {
        method: 'POST',
        body: { list: 'orders', name: name.trim(), shared, filters: filtersOf(search) },
      }),
    onSuccess: () => {
      notifications.show({ color: 'green', message: words.orders.viewSaved });
      void queryClient.invalidateQueries({ queryKey: ['views'] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog title={words.orders.saveView} close={close} size="sm">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.orders.viewName}
            required
            maxLength={80}
            value={name}
            error={fieldErrors(words, error)['name']}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Switch
            label={words.orders.shareView}
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          {error === null ? null : <ProblemNote error={error} shown={['name']} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending} disabled={name.trim() === ''}>
              {words.general.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Filters under a name: one's own, and those that others share. Which one is shown is in the address, as all filters are. */
export function SavedViews({
  search,
  show,
}: {
  readonly search: OrdersSearch;
  readonly show: (search: OrdersSearch) => void;
}) {
  const words = useWords();
  const me = useMe();
  const [saving, setSaving] = useState(false);
  const { data } = useQuery(viewsQuery);
  const [removed, remove] = useState<SavedViewView | null>(null);
  const views = data?.data ?? [];
  return (
    <>
      <Menu position="bottom-end" width={300} withArrow>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {words.orders.views}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Group key={view.id} gap={4} wrap="nowrap">
              <Menu.Item
                onClick={() => show(view.filters)}
                rightSection={
                  view.shared ? (
                    <Tag color="gray" size="xs">
                      {words.orders.shared}
                    </Tag>
                  ) : null
                }
              >
                {view.name}
              </Menu.Item>
              {view.mine || me.role === 'owner' ? (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  role="menuitem"
                  aria-label={words.orders.deleteView(view.name)}
                  onClick={() => remove(view)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              ) : null}
            </Group>
          ))}
          {views.length === 0 ? null : <Menu.Divider />}
          <Menu.Item onClick={() => setSaving(true)}>{words.orders.saveView}…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {saving ? <SaveDialog search={search} close={() => setSaving(false)} /> : null}
      {removed === null ? null : (
        <AskFirst
          title={words.orders.deleteView(removed.name)}
          text={removed.shared ? words.orders.deleteSharedHint : words.orders.deleteViewHint}
          button={words.orders.deleteIt}
          act={() => ask(`/v1/views/${removed.id}`, { method: 'DELETE' })}
          list="views"
          close={() => remove(null)}
        />
      )}
    </>
  );
}
