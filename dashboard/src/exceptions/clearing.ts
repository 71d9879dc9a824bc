import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { useWords } from '../words/languages.tsx';
import { ASKS_AGAIN, NEEDS_FORM } from './detail.tsx';
import { claim, release, resolve } from './queries.ts';

/** Working on one exception: claim it, decide, and on to the next. `form` is called for what needs more than a word. */
export function useClearing(
  one: ExceptionView | null,
  me: string,
  form: (one: ExceptionView, resolution: string) => void,
  next: () => void,
) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [note, writeNote] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = one?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another exception begins anew.
  useEffect(() => {
    writeNote('');
    setAsked(null);
    setError(null);
  }, [id]);

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: ['exceptions'] });
    }
  };
  const carryOut = async (resolution: string) => {
    if (one === null || busy) return;
    const text = note.trim();
    const done = await attempt(() => resolve(one.id, { resolution, ...(text === '' ? {} : { note: text }) }));
    setAsked(null);
    if (!done) return;
    notifications.show({
      color: 'green',
      message: words.exceptions.resolvedNow(words.exceptionKind[one.kind] ?? one.kind),
    });
    next();
  };
  const decide = (resolution: string) => {
    if (one === null) return;
    if (NEEDS_FORM.has(resolution)) form(one, resolution);
    else if (ASKS_AGAIN.has(resolution)) setAsked(resolution);
    else void carryOut(resolution);
  };
  return {
    note,
    writeNote,
    asked,
    busy,
    error,
    decide,
    confirm: () => asked !== null && void carryOut(asked),
    back: () => setAsked(null),
    toggleClaim: () => one !== null && void attempt(() => (one.claimed_by === me ? release(one.id) : claim(one.id))),
  };
}
