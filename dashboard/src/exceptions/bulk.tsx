import { Button, Checkbox, Group, Paper, Progress, Select, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { BulkAnswer, ExceptionStatistics, ExceptionView } from '../../../src/contracts/exceptions.ts';
import { useOnce } from '../api/once.ts';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { type Outcome, resolveChosen, resolveKind, type Which } from './deciding.ts';
import { NEEDS_FORM } from './detail.tsx';

type Kind = ExceptionStatistics['open']['by_kind'][number];
type Props = {
  readonly chosen: readonly ExceptionView[];
  /** How many there are of each kind, on this page and on others. */
  readonly kinds: readonly Kind[];
  readonly leave: (ids: readonly string[]) => void;
  readonly clear: () => void;
};

/** Only what every one of them allows can be chosen. */
const possibleFor = ([first, ...others]: readonly ExceptionView[]): string[] =>
  (first?.resolutions ?? []).filter(
    (one) => !NEEDS_FORM.has(one) && others.every(({ resolutions }) => resolutions.includes(one)),
  );

/** The kind of all that are chosen, when more of it are open than these. */
function largerKind(chosen: readonly ExceptionView[], kinds: readonly Kind[]): Kind | null {
  const [first] = chosen;
  if (first === undefined || !areAll(first.kind, chosen)) return null;
  return kinds.find(({ kind, open }) => kind === first.kind && open > chosen.length) ?? null;
}
const areAll = (kind: string, chosen: readonly ExceptionView[]): boolean => chosen.every((one) => one.kind === kind);

function useDeciding({ chosen, leave, clear }: Props, whole: Kind | null) {
  const words = useWords();
  const queryClient = useQueryClient();
  const once = useOnce();
  const [run, setRun] = useState<(Outcome & { readonly of: number }) | null>(null);
  const of = whole?.open ?? chosen.length;
  const { mutate, isPending, error } = useMutation({
    mutationFn: (decision: { readonly resolution: string; readonly note?: string }) => {
      const decide = (which: Which) => once<BulkAnswer>('/v1/exceptions/resolve', { ...which, ...decision });
      const tell = (outcome: Outcome) => setRun({ ...outcome, of });
      tell({ resolved: 0, refused: 0 });
      if (whole !== null) return resolveKind(decide, whole, tell);
      const ids = chosen.map(({ id }) => id);
      return resolveChosen(decide, ids, (outcome, decided) => {
        tell(outcome);
        leave(decided);
      });
    },
    onSuccess: ({ resolved, refused }) => {
      notifications.show({
        color: refused === 0 ? 'green' : 'orange',
        message: words.exceptions.bulkDone(resolved, refused),
      });
      clear();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['exceptions'] }),
  });
  return { decide: mutate, isPending, error, run: isPending ? run : null };
}

function Running({ of, resolved, refused }: Outcome & { readonly of: number }) {
  const words = useWords();
  const text = words.exceptions.bulkProgress(resolved + refused, of);
  return (
    <Stack gap={4} mt="sm" role="status">
      <Progress value={(100 * (resolved + refused)) / of} aria-label={text} />
      <Text fz="xs">{text}</Text>
    </Stack>
  );
}

/** Many of a kind, decided once: what an outage leaves behind. */
export function Bulk(props: Props) {
  const words = useWords();
  const { chosen, kinds, clear } = props;
  const names: Readonly<Record<string, string>> = words.resolution;
  const [resolution, setResolution] = useState<string | null>(null);
  const [note, setNote] = useState('');
  // As it was when it was chosen: while it is worked off, fewer and fewer of it are open.
  const [kept, keep] = useState<Kind | null>(null);
  const whole = kept !== null && areAll(kept.kind, chosen) ? kept : null;
  const larger = whole ?? largerKind(chosen, kinds);
  const { decide, isPending, error, run } = useDeciding(props, whole);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (resolution !== null) decide({ resolution, ...(note.trim() === '' ? {} : { note: note.trim() }) });
  };
  return (
    <Paper withBorder p="sm" radius="md" component="section" aria-label={words.exceptions.selected(chosen.length)}>
      <form onSubmit={submit}>
        <Group gap="sm" align="flex-end">
          <Text fw={600} mb={8}>
            {words.exceptions.selected(chosen.length)}
          </Text>
          <Select
            label={words.exceptions.resolveAs}
            placeholder={words.form.choose}
            data={possibleFor(chosen).map((value) => ({ value, label: names[value] ?? value }))}
            value={resolution}
            onChange={setResolution}
          />
          <TextInput
            label={words.exceptions.note}
            value={note}
            error={fieldErrors(words, error)['note']}
            onChange={(event) => setNote(event.currentTarget.value)}
            flex="1 1 180px"
          />
          <Button type="submit" disabled={resolution === null} loading={isPending}>
            {words.exceptions.bulkResolve(whole?.open ?? chosen.length)}
          </Button>
          <Button variant="default" disabled={isPending} onClick={clear}>
            {words.general.clear}
          </Button>
        </Group>
      </form>
      {larger === null ? null : (
        <Checkbox
          mt="sm"
          disabled={isPending}
          label={words.exceptions.wholeKind(larger.open)}
          checked={whole !== null}
          onChange={(event) => keep(event.currentTarget.checked ? larger : null)}
        />
      )}
      {run === null ? null : <Running {...run} />}
      {error === null ? null : <ProblemNote error={error} shown={['note']} />}
    </Paper>
  );
}
