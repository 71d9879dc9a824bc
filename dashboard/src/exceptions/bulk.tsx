import { Button, Group, Paper, Select, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { useOnce } from '../api/once.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { NEEDS_FORM } from './detail.tsx';
import { resolveMany } from './queries.ts';

/** Many of a kind, decided once: what an outage leaves behind. Only what every one of them allows can be chosen. */
export function Bulk({ chosen, clear }: { readonly chosen: readonly ExceptionView[]; readonly clear: () => void }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const names: Readonly<Record<string, string>> = words.resolution;
  const once = useOnce();
  const [resolution, setResolution] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [first, ...others] = chosen;
  const possible = (first?.resolutions ?? []).filter(
    (one) => !NEEDS_FORM.has(one) && others.every(({ resolutions }) => resolutions.includes(one)),
  );
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      resolveMany(
        once,
        chosen.map(({ id }) => id),
        resolution ?? '',
        note.trim() === '' ? undefined : note.trim(),
      ),
    onSuccess: ({ resolved, refused }) => {
      notifications.show({
        color: refused === 0 ? 'green' : 'orange',
        message: words.exceptions.bulkDone(resolved, refused),
      });
      clear();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['exceptions'] }),
  });
  return (
    <Paper withBorder p="sm" radius="md" role="region" aria-label={words.exceptions.selected(chosen.length)}>
      <Group gap="sm" align="flex-end">
        <Text fw={600} mb={8}>
          {words.exceptions.selected(chosen.length)}
        </Text>
        <Select
          label={words.exceptions.resolveAs}
          placeholder={words.form.choose}
          data={possible.map((value) => ({ value, label: names[value] ?? value }))}
          value={resolution}
          onChange={setResolution}
        />
        <TextInput
          label={words.exceptions.note}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          flex="1 1 180px"
        />
        <Button disabled={resolution === null} loading={isPending} onClick={() => mutate()}>
          {words.exceptions.bulkResolve(chosen.length)}
        </Button>
        <Button variant="default" onClick={clear}>
          {words.general.clear}
        </Button>
      </Group>
      {error === null ? null : <ProblemNote error={error} />}
    </Paper>
  );
}
