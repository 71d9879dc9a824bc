import { List, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ActionPreview, WouldChange } from '../../../src/contracts/proposals.ts';
import { ask, problemOf } from '../api/client.ts';
import { money } from '../api/format.ts';
import { fieldName, refusedIn } from '../parts/errors.ts';
import { wrongIn } from '../parts/said.ts';
import { useWaits } from '../parts/waiting.ts';
import { useSpeech } from '../words/languages.tsx';

/** What an action would do, said before it is done. The API decides on the order as it is; nothing here is guessed. */

function useSentences() {
  const { words, language } = useSpeech();
  const statuses: Readonly<Record<string, string>> = words.status;
  const payments: Readonly<Record<string, string>> = words.paymentStatus;
  const parcels: Readonly<Record<string, string>> = words.parcelStatus;
  const waits = useWaits();
  const name = (names: Readonly<Record<string, string>>, value: string): string => names[value] ?? value;
  return ({ status, payment_status, waits_for, money: sums, stock, parcels: moved }: WouldChange): string[] => {
    const amount = (value: string): string => money(value, sums.currency, language);
    const given = (value: string): boolean => Number(value) > 0;
    return [
      ...(status.from === status.to
        ? []
        : [words.form.statusMoves(name(statuses, status.from), name(statuses, status.to))]),
      ...(payment_status === null || payment_status.from === payment_status.to
        ? []
        : [words.form.paymentMoves(name(payments, payment_status.from), name(payments, payment_status.to))]),
      ...(given(sums.refund) ? [words.form.refunds(amount(sums.refund))] : []),
      ...(given(sums.released) ? [words.form.releases(amount(sums.released))] : []),
      ...(given(sums.credit) ? [words.form.credits(amount(sums.credit))] : []),
      ...(Number(sums.credit) < 0 ? [words.form.paysMore(amount(sums.credit.replace('-', '')))] : []),
      ...stock.flatMap(({ released, restocked, sku }) => [
        ...(released > 0 ? [words.form.stockReleased(released, sku)] : []),
        ...(restocked > 0 ? [words.form.stockBack(restocked, sku)] : []),
      ]),
      ...moved.map(({ id, to }) => words.form.parcelMoves(id.split('/').at(-1) ?? id, name(parcels, to))),
      ...(waits_for.from === waits_for.to || waits_for.to === ''
        ? []
        : [words.form.waitsNext(waits(waits_for.waiting, waits_for.to))]),
    ];
  };
}

export function ChangesList({ changes }: { readonly changes: WouldChange }) {
  const { words } = useSpeech();
  const sentences = useSentences()(changes);
  if (sentences.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        {words.form.previewNone}
      </Text>
    );
  return (
    <List fz="sm" spacing={2}>
      {sentences.map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
    </List>
  );
}

/** Asks again whenever the form has changed and rested a moment. `body` null: not everything needed is filled in yet. */
export function Preview({
  number,
  action,
  body,
}: {
  readonly number: string;
  readonly action: string;
  readonly body: Record<string, unknown> | null;
}) {
  const { words } = useSpeech();
  const [asked] = useDebouncedValue(body, 300);
  const { data, error, isFetching } = useQuery({
    queryKey: ['preview', number, action, asked],
    queryFn: ({ signal }) =>
      ask<ActionPreview>(`/v1/orders/${number}/actions/${action}/preview`, { method: 'POST', body: asked, signal }),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  if (body === null) return null;
  const problem = error === null ? null : problemOf(error);
  return (
    <Stack gap={4} className="preview" aria-live="polite" aria-busy={isFetching}>
      <Text fz="sm" fw={600}>
        {words.form.preview}
      </Text>
      {problem !== null ? (
        <Text fz="sm" className="late">
          {problem.errors?.map((one) => `${fieldName(words, one.field)} ${wrongIn(words, one)}`).join('; ') ??
            refusedIn(words, problem)}
        </Text>
      ) : data === undefined ? (
        <Skeleton height={18} width="70%" aria-label={words.form.previewWait} />
      ) : (
        <ChangesList changes={data.would_change} />
      )}
    </Stack>
  );
}
