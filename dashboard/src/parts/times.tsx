import { Text, type TextProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { dateTime, relative, span } from '../api/format.ts';
import { useSpeech } from '../words/languages.tsx';

/** One clock for the whole page, so that all countdowns move at once; it rests when nobody looks. */
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
function listen(tick: () => void): () => void {
  listeners.add(tick);
  ticking ??= setInterval(() => {
    if (!document.hidden) for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(tick);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => listen(() => setNow(Date.now())), []);
  return now;
}

/** "5 min. ago", with the exact time on hover and for machines. A list has a hundred of them: the browser's own hint costs nothing. */
export function Ago({ at, ...rest }: { readonly at: string } & TextProps) {
  const { language } = useSpeech();
  const now = useNow();
  return (
    <Text span inherit className="nowrap" title={dateTime(at, language)} {...rest}>
      <time dateTime={at}>{relative(at, now, language)}</time>
    </Text>
  );
}

export function Moment({ at }: { readonly at: string }) {
  const { language } = useSpeech();
  return <time dateTime={at}>{dateTime(at, language)}</time>;
}

/** What is left until a moment, counted down each second; in red when it has passed. */
export function Countdown({ until, ...rest }: { readonly until: string } & TextProps) {
  const { language, words } = useSpeech();
  const now = useNow();
  const left = new Date(until).getTime() - now;
  const late = left < 0;
  return (
    <Text span inherit className={`numbers nowrap${late ? ' late' : ''}`} title={dateTime(until, language)} {...rest}>
      <time dateTime={until}>
        {late ? words.order.overdue(span(-left, language)) : words.order.left(span(left, language))}
      </time>
    </Text>
  );
}
