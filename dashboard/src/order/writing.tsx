import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { useOnce } from '../api/once.ts';
import { orderQuery } from '../orders/queries.ts';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { Ago } from '../parts/times.tsx';
import { useWords } from '../words/languages.tsx';
import { Block } from './block.tsx';
import { whoOf } from './who.ts';

/** Messages between buyer, seller and store, and the notes of staff: what is written with an order. */

type Writing = {
  readonly order: OrderView;
  readonly action: string;
  readonly field: string;
  readonly placeholder: string;
  readonly button: string;
  readonly extra?: object;
};

/** A field and its button. Writing asks for no version: a note is right whatever has happened meanwhile. */
function Write({ order, action, field, placeholder, button, extra = {} }: Writing) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [text, setText] = useState('');
  const once = useOnce();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    if (text.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      const path = `/v1/orders/${order.number}/actions/${action}`;
      const answer = await once<OrderView>(path, { ...extra, [field]: text.trim() });
      queryClient.setQueryData(orderQuery(order.number).queryKey, answer);
      setText('');
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="xs">
        <Textarea
          aria-label={placeholder}
          placeholder={placeholder}
          autosize
          minRows={2}
          maxRows={8}
          value={text}
          error={fieldErrors(words, error)[field]}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void send();
          }}
        />
        {error === null ? null : <ProblemNote error={error} shown={[field]} />}
        <Group justify="flex-end">
          <Button type="submit" size="xs" loading={busy} disabled={text.trim() === ''}>
            {button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const may = (order: OrderView, action: string): boolean => order.allowed_actions.some((name) => name === action);

export function Messages({ order, to = 'buyer' }: { readonly order: OrderView; readonly to?: 'buyer' | 'store' }) {
  const words = useWords();
  const isBuyer = to === 'store';
  const roles: Readonly<Record<string, string>> = words.role;
  const isOwn = ({ from }: OrderView['messages'][number]): boolean => (from === 'customer') === isBuyer;
  // Who of the store it was is nothing to the buyer.
  const nameOf = (role: string): string => {
    if (!isBuyer) return roles[role] ?? role;
    if (role === 'customer' || role === 'buyer') return words.general.you;
    return role === 'seller' ? words.role.seller : words.role.store;
  };
  return (
    <Block title={words.order.messages}>
      <Stack gap="sm">
        {order.messages.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {words.order.noMessages}
          </Text>
        ) : (
          order.messages.map((message) => (
            <div key={message.id} className="message" data-own={isOwn(message)}>
              <Text fz="xs" c="dimmed">
                {nameOf(message.from)} → {nameOf(message.to)} · <Ago at={message.sent_at} />
              </Text>
              <Text fz="sm" className="prewrap">
                {message.body}
              </Text>
            </div>
          ))
        )}
        {may(order, 'send_message') ? (
          <Write
            order={order}
            action="send_message"
            field="body"
            placeholder={to === 'buyer' ? words.order.writeMessage : words.track.write}
            button={words.order.send}
            extra={{ to }}
          />
        ) : null}
      </Stack>
    </Block>
  );
}

export function Notes({ order }: { readonly order: OrderView }) {
  const words = useWords();
  const notes = order.timeline.filter(({ type }) => type === 'note_added');
  if (!may(order, 'add_note') && notes.length === 0) return null;
  return (
    <Block title={words.order.notes}>
      <Stack gap="sm">
        {notes.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {words.order.noNotes}
          </Text>
        ) : (
          notes.map((note) => (
            <div key={note.seq} className="note">
              <Text fz="xs">
                {whoOf(note.actor, words)} · <Ago at={note.at} />
              </Text>
              <Text fz="sm" className="prewrap">
                {note.reason}
              </Text>
            </div>
          ))
        )}
        {may(order, 'add_note') ? (
          <Write
            order={order}
            action="add_note"
            field="note"
            placeholder={words.order.writeNote}
            button={words.order.addNote}
          />
        ) : null}
      </Stack>
    </Block>
  );
}
