/**
 * Which random lives are lived, and how many: the same ones each time, so that a change is judged by itself. `LAWS_SEED` names others,
 * and `LAWS_RUNS` how many; a failure prints its seed.
 */
const SEED = Number(process.env['LAWS_SEED'] ?? 78);

/** For fast-check, and the time a test may take for them. */
export function lives(usually: number) {
  const numRuns = Number(process.env['LAWS_RUNS'] ?? usually);
  return { tried: { numRuns, seed: SEED }, patience: { timeout: Math.max(30_000, numRuns * 60) } };
}
