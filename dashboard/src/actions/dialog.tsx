import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { problemOf } from '../api/client.ts';
import { isUncertain, useOnce } from '../api/once.ts';
import { orderQuery } from '../orders/queries.ts';
import { Dialog } from '../parts/dialog.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { Answered, LoadingRows, ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { Conflict } from './conflict.tsx';
import { ActionField } from './fields.tsx';
import { Preview } from './preview.tsx';
import { type ActionForm, descriptionQuery, type Field, formOf } from './schema.ts';
import { bodyOf, firstValues, isComplete, relevantFields, type Values } from './values.ts';

export type Begun = { readonly action: string; readonly values?: Values };
type Props = { readonly order: OrderView; readonly begun: Begun; readonly close: () => void };

/** As the API names them in errors: an address has one for each of its parts. */
const inputsOf = ({ name, schema }: Field): string[] =>
  schema.type === 'object' ? Object.keys(schema.properties ?? {}).map((part) => `${name}.${part}`) : [name];

const DANGEROUS = new Set(['cancel', 'reject', 'accept_dispute']);

/** Sends the action for the version that was looked at. */
function useAction({ order, begun, close }: Props, form: ActionForm) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [values, setValues] = useState<Values>(() => firstValues(order, begun.action, form.fields, begun.values));
  const [seen, setSeen] = useState(order.version);
  const [conflictSince, setConflict] = useState<number | null>(null);
  const once = useOnce();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const body = bodyOf(relevantFields(begun.action, form.fields, values), values, seen);
  // Heard while the form is open: what changed is shown before it is sent, as it would be after a refusal. What was sent and not
  // answered stays as it was: it may be what changed the order.
  if (order.version > seen && !busy && error === null) {
    setConflict(conflictSince ?? seen);
    setSeen(order.version);
  }

  const refused = async (failure: unknown) => {
    const problem = problemOf(failure);
    const hasMoved = problem.version !== undefined && problem.version !== seen;
    if (problem.status === 409 && hasMoved) {
      setConflict(seen);
      setError(null);
      const now = await queryClient.fetchQuery({ ...orderQuery(order.number), staleTime: 0 });
      setSeen(now.version);
    } else setError(failure);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const path = `/v1/orders/${order.number}/actions/${begun.action}`;
      const answer = await once<OrderView>(path, body);
      queryClient.setQueryData(orderQuery(order.number).queryKey, answer);
      void queryClient.invalidateQueries({ queryKey: ['orders'] });
      notifications.show({ color: 'green', message: words.form.done(words.action[begun.action] ?? begun.action) });
      close();
    } catch (failure) {
      await refused(failure);
    } finally {
      setBusy(false);
    }
  };
  const set = (name: string, value: unknown) => {
    setValues((before) => ({ ...before, [name]: value }));
    setConflict(null);
  };
  return { values, set, body, error, busy, submit, conflictSince };
}

function Form({ form, ...props }: Props & { readonly form: ActionForm }) {
  const words = useWords();
  const { order, begun, close } = props;
  const { values, set, body, error, busy, submit, conflictSince } = useAction(props, form);
  const shown = relevantFields(begun.action, form.fields, values);
  const complete = isComplete(form.fields, body);
  const isAllowed = order.allowed_actions.some((name) => name === begun.action);
  const problem = error === null ? null : problemOf(error);
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Text fz="sm" c="dimmed">
          {words.actionHint[begun.action] ?? form.summary}
        </Text>
        {conflictSince === null ? null : <Conflict order={order} since={conflictSince} action={begun.action} />}
        {shown.map((field) => (
          <ActionField
            key={field.name}
            {...{ field, order, values, set }}
            action={begun.action}
            errors={fieldErrors(words, error)}
          />
        ))}
        <Preview number={order.number} action={begun.action} body={complete && isAllowed ? body : null} />
        {problem === null ? null : <ProblemNote error={error} shown={shown.flatMap(inputsOf)} />}
        {problem !== null && isUncertain(problem) ? <Text fz="sm">{words.form.uncertain}</Text> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.general.cancel}
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={!complete || !isAllowed}
            color={DANGEROUS.has(begun.action) ? 'red.9' : undefined}
          >
            {words.action[begun.action] ?? begun.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The form of one action, as the API describes it, for the order as it is. */
export function ActionDialog({ number, begun, close }: Omit<Props, 'order'> & { readonly number: string }) {
  const words = useWords();
  const asked = useQuery(orderQuery(number));
  const described = useQuery(descriptionQuery);
  return (
    <Dialog title={words.action[begun.action] ?? begun.action} close={close}>
      <Answered asked={described} loading={<LoadingRows rows={3} />}>
        {(description) => {
          const form = formOf(description, begun.action);
          return form === null ? null : (
            <Answered asked={asked} loading={<LoadingRows rows={3} />}>
              {(order) => <Form {...{ order, begun, close, form }} />}
            </Answered>
          );
        }}
      </Answered>
    </Dialog>
  );
}
