import { Alert, Button, Card, Group, Kbd, Stack, Text, Textarea, Title } from '@mantine/core';
import { IconBulb, IconHandGrab, IconHandOff } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { Preview } from '../actions/preview.tsx';
import { whoIn } from '../order/who.ts';
import { SeverityBadge } from '../parts/badges.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { ButtonLink } from '../parts/links.tsx';
import { useSaid } from '../parts/said.ts';
import { ProblemNote } from '../parts/states.tsx';
import { Ago, Countdown } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';
import { About } from './about.tsx';
import { Context } from './context.tsx';

/** Everything a person needs to decide, and what they may decide, each under a number on the keyboard. */

/** These end an order or move money: they are shown with what they do and asked for once more. */
export const ASKS_AGAIN: ReadonlySet<string> = new Set([
  'cancel_order',
  'cancel_lines',
  'mark_failed',
  'reject',
  'refund',
  'refunded_by_hand',
  'accept_dispute',
  'reship',
]);
/** These need more than a word; their form is opened. */
export const NEEDS_FORM: ReadonlySet<string> = new Set(['edit_address', 'ship']);
/** Of a parcel that the carrier brings back it is asked as well what becomes of the goods. */
export const needsForm = ({ kind }: ExceptionView, resolution: string): boolean =>
  NEEDS_FORM.has(resolution) || (kind === 'delivery_failed' && (resolution === 'reship' || resolution === 'refund'));

export type Desk = {
  readonly one: ExceptionView;
  readonly me: string;
  readonly may: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly note: string;
  readonly asked: string | null;
  readonly writeNote: (note: string) => void;
  readonly decide: (resolution: string) => void;
  readonly confirm: () => void;
  readonly back: () => void;
  readonly toggleClaim: () => void;
  readonly openAgain: () => void;
};

function Asking({ one, asked, busy, note, confirm, back }: Desk & { readonly asked: string }) {
  const { words } = useSpeech();
  const names: Readonly<Record<string, string>> = words.resolution;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const body = { exception: one.id, resolution: asked, ...(note.trim() === '' ? {} : { note: note.trim() }) };
  return (
    <Stack gap="xs">
      {one.order === null ? null : <Preview number={one.order} action="resolve_exception" body={body} />}
      <Group>
        <Button ref={button} loading={busy} color="red.9" onClick={confirm}>
          {names[asked] ?? asked}
        </Button>
        <Button variant="default" onClick={back}>
          {words.general.cancel}
        </Button>
      </Group>
    </Stack>
  );
}

function Resolutions({ one, may, busy, decide }: Desk) {
  const { words } = useSpeech();
  const names: Readonly<Record<string, string>> = words.resolution;
  return (
    <Group gap="xs" role="group" aria-label={words.exceptions.resolveAs}>
      {one.resolutions.map((resolution, index) => (
        <Button
          key={resolution}
          variant={index === 0 ? 'filled' : 'default'}
          disabled={!may}
          loading={busy}
          leftSection={
            <Kbd size="xs" aria-hidden>
              {index + 1}
            </Kbd>
          }
          onClick={() => decide(resolution)}
        >
          {names[resolution] ?? resolution}
        </Button>
      ))}
    </Group>
  );
}

/** How it ended, and the way back. */
function Resolved({ one, may, busy, error, note, writeNote, openAgain }: Desk) {
  const { words } = useSpeech();
  const names: Readonly<Record<string, string>> = words.resolution;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    openAgain();
  };
  return (
    <>
      <Text fz="sm">
        {words.exceptions.resolved}: {names[one.resolution ?? ''] ?? one.resolution}
        {one.resolved_by === null
          ? ''
          : `, ${words.exceptions.resolvedBy(whoIn(one.resolved_by, one.resolved_by_name, words))}`}
        {one.note === null ? '' : `. ${one.note}`}
      </Text>
      {may ? (
        <form onSubmit={submit}>
          <Stack gap="xs" align="flex-start">
            <Textarea
              w="100%"
              label={words.exceptions.reopenNote}
              required
              withAsterisk={false}
              autosize
              minRows={1}
              value={note}
              error={fieldErrors(words, error)['note']}
              onChange={(event) => writeNote(event.currentTarget.value)}
            />
            {error === null ? null : <ProblemNote error={error} shown={['note']} />}
            <Button type="submit" variant="default" loading={busy} disabled={note.trim() === ''}>
              {words.exceptions.reopen}
            </Button>
          </Stack>
        </form>
      ) : null}
    </>
  );
}

export function ExceptionDetail(desk: Desk) {
  const { words } = useSpeech();
  const { one, me, may, error, note, asked, writeNote, toggleClaim } = desk;
  const said = useSaid();
  const isMine = one.claimed_by === me;
  return (
    <Card component="section" aria-label={words.exceptions.detail}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <div className="grow">
            <Group gap="xs">
              <SeverityBadge severity={one.severity} />
              <Title order={2} size="h4">
                {words.exceptionKind[one.kind] ?? one.kind}
              </Title>
            </Group>
            <Text fz="sm" c="dimmed" mt={4}>
              <About one={one} linked /> · <Ago at={one.opened_at} />
            </Text>
          </div>
          {one.status === 'open' ? (
            <Stack gap={2} align="flex-end">
              <Countdown until={one.due_at} fw={600} />
              {may ? (
                <Button
                  size="xs"
                  variant="default"
                  leftSection={isMine ? <IconHandOff size={16} aria-hidden /> : <IconHandGrab size={16} aria-hidden />}
                  onClick={toggleClaim}
                >
                  {isMine ? words.exceptions.release : words.exceptions.claim}
                </Button>
              ) : null}
            </Stack>
          ) : null}
        </Group>
        {one.claimed_by === null || isMine ? null : (
          <Alert color="indigo" variant="light" title={words.exceptions.heldBy(one.claimed_by_name ?? one.claimed_by)}>
            {one.claimed_until === null ? null : <Countdown until={one.claimed_until} />}
          </Alert>
        )}
        <div>
          <Text fz="xs" c="dimmed">
            {words.exceptions.whatHappened}
          </Text>
          <Text className="wrap-anywhere">{said(one.saying, one.summary)}</Text>
        </div>
        <Context one={one} />
        <Alert color="indigo" variant="light" icon={<IconBulb aria-hidden />} title={words.exceptions.proposal}>
          {words.proposal[one.kind] ?? one.proposal}
        </Alert>
        {one.cost_of_waiting === null ? null : (
          <div>
            <Text fz="xs" c="dimmed">
              {words.exceptions.cost}
            </Text>
            <Text fz="sm">{words.costOfWaiting[one.kind] ?? one.cost_of_waiting}</Text>
          </div>
        )}
        {one.status === 'resolved' ? (
          <Resolved {...desk} />
        ) : (
          <>
            {may ? (
              <Textarea
                aria-label={words.exceptions.note}
                placeholder={words.exceptions.note}
                autosize
                minRows={1}
                value={note}
                error={fieldErrors(words, error)['note']}
                onChange={(event) => writeNote(event.currentTarget.value)}
              />
            ) : null}
            {error === null ? null : <ProblemNote error={error} shown={['note']} />}
            {asked === null ? <Resolutions {...desk} /> : <Asking {...desk} asked={asked} />}
          </>
        )}
        {one.order === null ? null : (
          <Group>
            <ButtonLink to="/orders/$number" params={{ number: one.order }} variant="subtle" size="xs">
              {words.exceptions.openOrder}
            </ButtonLink>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
