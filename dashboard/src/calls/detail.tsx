import { Alert, Button, Card, Group, Kbd, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CallView } from '../../../src/contracts/calls.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { Conflict } from '../actions/conflict.tsx';
import { money } from '../api/format.ts';
import { AddressLines } from '../order/people.tsx';
import { whoOf } from '../order/who.ts';
import { orderQuery } from '../orders/queries.ts';
import { fieldErrors } from '../parts/errors.ts';
import { TextLink } from '../parts/links.tsx';
import { useSaid } from '../parts/said.ts';
import { ProblemNote } from '../parts/states.tsx';
import { Ago, Countdown } from '../parts/times.tsx';
import { useSpeech } from '../words/languages.tsx';

/** One call: whom, about what, what came of it before, and the outcome in one key. */

export const OUTCOMES = ['confirmed', 'no_answer', 'busy', 'postponed', 'wrong_number', 'fake', 'other'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Logging = {
  readonly busy: boolean;
  readonly error: unknown;
  /** The version after which somebody else was quicker. */
  readonly conflictSince: number | null;
  readonly note: string;
  readonly writeNote: (note: string) => void;
  readonly postponing: boolean;
  readonly log: (outcome: Outcome, until?: string) => void;
  readonly back: () => void;
};

/** The value of a field for a local date and time. */
function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
function tomorrowAtTen(): Date {
  const date = new Date();
  date.setDate(date.getDate() + 1);
  date.setHours(10, 0, 0, 0);
  return date;
}

const nowLocal = (): string => localTime(new Date());

function Postpone({ log, back, busy, error }: Pick<Logging, 'log' | 'back' | 'busy' | 'error'>) {
  const { words } = useSpeech();
  const [earliest] = useState(nowLocal);
  const [until, setUntil] = useState(() => localTime(inAnHour()));
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <TextInput
          type="datetime-local"
          label={words.calls.postponeTo}
          value={until}
          error={fieldErrors(words, error)['until']}
          min={earliest}
          autoFocus
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <Button variant="default" onClick={() => setUntil(localTime(inAnHour()))}>
          {words.calls.inAnHour}
        </Button>
        <Button variant="default" onClick={() => setUntil(localTime(tomorrowAtTen()))}>
          {words.calls.tomorrow}
        </Button>
      </Group>
      <Group gap="xs">
        <Button loading={busy} disabled={until === ''} onClick={() => log('postponed', new Date(until).toISOString())}>
          {words.callOutcome.postponed}
        </Button>
        <Button variant="default" onClick={back}>
          {words.general.cancel}
        </Button>
      </Group>
    </Stack>
  );
}

function History({ order }: { readonly order: OrderView | undefined }) {
  const { words } = useSpeech();
  const said = useSaid();
  const calls = order?.timeline.filter(({ type }) => type === 'call_logged') ?? [];
  return (
    <div>
      <Text fz="xs" c="dimmed">
        {words.calls.history}
      </Text>
      {calls.length === 0 ? (
        <Text fz="sm">{words.calls.noHistory}</Text>
      ) : (
        <ol className="plain">
          {calls.map((call) => (
            <Text component="li" key={call.seq} fz="sm">
              {said(call.saying, call.reason)} · <Ago at={call.at} /> {words.order.timelineBy(whoOf(call.actor, words))}
            </Text>
          ))}
        </ol>
      )}
    </div>
  );
}

export function CallDetail({ call, may, ...logging }: Logging & { readonly call: CallView; readonly may: boolean }) {
  const { words, language } = useSpeech();
  const { data: order } = useQuery(orderQuery(call.order));
  const { busy, error, conflictSince, note, writeNote, postponing, log } = logging;
  const { name, phone } = call.customer;
  return (
    <Card component="section" aria-label={words.calls.detail}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4">
              {name}
            </Title>
            <Text fz="sm" c="dimmed">
              <TextLink to="/orders/$number" params={{ number: call.order }} className="mono" inherit>
                {call.order}
              </TextLink>{' '}
              · {money(call.total, call.currency, language)} · {words.order.attempts(call.attempts)}
            </Text>
          </div>
          <Countdown until={call.due_at} fw={600} />
        </Group>
        {phone === null ? (
          <Alert color="orange" variant="light">
            {words.calls.noPhone}
          </Alert>
        ) : (
          <Button
            component="a"
            href={`tel:${phone}`}
            size="md"
            leftSection={<IconPhone size={20} aria-hidden />}
            className="numbers"
          >
            <bdi dir="ltr">{phone}</bdi>
          </Button>
        )}
        {order === undefined ? null : (
          <Group align="flex-start" gap="xl">
            <div className="grow">
              <Text fz="xs" c="dimmed">
                {words.order.items}
              </Text>
              {order.items.map((item) => (
                <Text key={item.line} fz="sm">
                  {item.quantity} × {item.name}
                </Text>
              ))}
            </div>
            <div className="grow">
              <Text fz="xs" c="dimmed">
                {words.order.shippingAddress}
              </Text>
              <AddressLines address={order.shipping_address} />
            </div>
          </Group>
        )}
        <History order={order} />
        {may ? (
          <>
            <Textarea
              aria-label={words.calls.note}
              placeholder={words.calls.note}
              autosize
              minRows={1}
              value={note}
              error={fieldErrors(words, error)['note']}
              onChange={(event) => writeNote(event.currentTarget.value)}
            />
            {conflictSince === null || order === undefined ? null : (
              <Conflict order={order} since={conflictSince} action="log_call" />
            )}
            {error === null ? null : <ProblemNote error={error} shown={postponing ? ['note', 'until'] : ['note']} />}
            {postponing ? (
              <Postpone {...logging} />
            ) : (
              <Group gap="xs" role="group" aria-label={words.calls.outcome}>
                {OUTCOMES.map((outcome, index) => (
                  <Button
                    key={outcome}
                    variant={outcome === 'confirmed' ? 'filled' : 'default'}
                    loading={busy}
                    leftSection={
                      <Kbd size="xs" aria-hidden>
                        {index + 1}
                      </Kbd>
                    }
                    onClick={() => log(outcome)}
                  >
                    {words.callOutcome[outcome]}
                  </Button>
                ))}
              </Group>
            )}
          </>
        ) : null}
      </Stack>
    </Card>
  );
}
