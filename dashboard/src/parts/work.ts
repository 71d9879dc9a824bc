import { useState } from 'react';

/**
 * What is begun about one subject (an exception, a call) and thrown away when another takes its place. Changes that arrive late,
 * from an answer about an earlier subject, are dropped.
 */
export function useWorkOn<Work extends object>(
  subject: string | undefined,
  first: Work,
): readonly [Work, (changes: Partial<Work>) => void] {
  const [kept, keep] = useState({ subject, work: first });
  const isSame = kept.subject === subject;
  if (!isSame) keep({ subject, work: first });
  const change = (changes: Partial<Work>): void =>
    keep((before) => (before.subject === subject ? { subject, work: { ...before.work, ...changes } } : before));
  return [isSame ? kept.work : first, change];
}
