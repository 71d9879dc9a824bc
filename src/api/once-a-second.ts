const SECOND_MS = 1_000;

/** For what anybody may ask: the question is asked once a second at most, and its answer is for all who ask meanwhile. */
export function onceASecond<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let last: { readonly at: number; readonly answer: Promise<Answer> } | null = null;
  return () => {
    const now = Date.now();
    if (last === null || Math.abs(now - last.at) >= SECOND_MS) last = { at: now, answer: ask() };
    return last.answer;
  };
}
