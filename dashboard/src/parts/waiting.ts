import type { WaitingView } from '../../../src/contracts/order-view.ts';
import { useWords } from '../words/languages.tsx';

/** Nobody and nothing is waited for. */
export const isIdle = ({ code }: WaitingView): boolean =>
  code === 'nothing' || code === 'returns_and_disputes' || code === 'late_events';

/** Says what an order waits for, in the language of the page; a code that has no words here yet, by the API's own sentence. */
export function useWaits(): (waiting: WaitingView, sentence: string) => string {
  const words = useWords();
  return ({ code, subject }, sentence) => {
    if (code === 'nothing') return words.order.waitsForNothing;
    const name = subject === null ? '' : (words.exceptionKind[subject] ?? subject);
    return words.waits[code]?.replace('{}', () => name) ?? sentence;
  };
}
