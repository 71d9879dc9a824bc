import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { useOnce } from '../api/once.ts';
import { useWorkOn } from '../parts/work.ts';
import { useWords } from '../words/languages.tsx';
import { ASKS_AGAIN, needsForm } from './detail.tsx';
import { claim, release, reopen, resolve } from './queries.ts';

const NOTHING_YET = { note: '', asked: null as string | null, error: null as unknown };

/** Working on one exception: claim it, decide, and on to the next. `form` is called for what needs more than a word. */
export function useClearing(
  one: ExceptionView | null,
  me: string,
  form: (one: ExceptionView, resolution: string) => void,
  next: () => void,
) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [{ note, asked, error }, change] = useWorkOn(one?.id, NOTHING_YET);
  const once = useOnce(one?.id);
  const [busy, setBusy] = useState(false);

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    change({ error: null });
    try {
      await work();
      return true;
    } catch (failure) {
      change({ error: failure });
      return false;
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: ['exceptions'] });
    }
  };
  const carryOut = async (resolution: string) => {
    if (one === null || busy) return;
    const text = note.trim();
    const done = await attempt(() => resolve(once, one.id, { resolution, ...(text === '' ? {} : { note: text }) }));
    change({ asked: null });
    if (!done) return;
    notifications.show({
      color: 'green',
      message: words.exceptions.resolvedNow(words.exceptionKind[one.kind] ?? one.kind),
    });
    next();
  };
  const decide = (resolution: string) => {
    if (one === null) return;
    if (needsForm(one, resolution)) form(one, resolution);
    else if (ASKS_AGAIN.has(resolution)) change({ asked: resolution });
    else void carryOut(resolution);
  };
  const openAgain = async () => {
    if (one === null || busy) return;
    if (!(await attempt(() => reopen(once, one.id, note.trim())))) return;
    notifications.show({
      color: 'green',
      message: words.exceptions.reopenedNow(words.exceptionKind[one.kind] ?? one.kind),
    });
    next();
  };
  return {
    note,
    writeNote: (text: string) => change({ note: text }),
    asked,
    busy,
    error,
    decide,
    confirm: () => asked !== null && void carryOut(asked),
    back: () => change({ asked: null }),
    openAgain: () => void openAgain(),
    toggleClaim: () => one !== null && void attempt(() => (one.claimed_by === me ? release(one.id) : claim(one.id))),
  };
}
