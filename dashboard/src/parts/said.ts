import type { FieldError } from '../../../src/contracts/order-view.ts';
import type { Words } from '../words/en.ts';
import { useSpeech } from '../words/languages.tsx';
import { type Said, saidIn } from './sentences.ts';

export function useSaid(): Said {
  const { words, language } = useSpeech();
  return saidIn(words, language);
}

/** What is wrong with a field, behind its name. */
export const wrongIn = ({ wrong }: Words, { code, values = {}, message }: Omit<FieldError, 'field'>): string =>
  (code === undefined ? undefined : wrong[code])?.replace(/\{(\w+)\}/g, (_all, name: string) =>
    String(values[name] ?? ''),
  ) ?? message;
