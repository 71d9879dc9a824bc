import type { Progress } from '../progress.ts';
import { type Access, openAccess } from './access.ts';
import { type OwnOptions, startOwn } from './own.ts';
import { findRunning } from './running.ts';

export interface SessionOptions extends Omit<OwnOptions, 'onEnd' | 'progress'> {
  readonly progress: Progress;
  /** Also when `npm start` is running: a system of our own, for a measurement that nobody shares. */
  readonly alone?: boolean;
}

/**
 * Runs `work` on the system of `npm start` when that is up, else on one that is started for it and stopped after it, also when
 * it throws. Ends the process at once when the started system ends before the work: by Ctrl-C, or because a part died.
 */
export async function withSystem<Result>(
  options: SessionOptions,
  work: (access: Access) => Promise<Result>,
): Promise<Result> {
  const { progress } = options;
  const running = options.alone === true ? undefined : await findRunning();
  if (running !== undefined) {
    progress.line(`Using the system that npm start has running at ${running.apiUrl}.`);
    return inAccess(await openAccess(running), work);
  }
  progress.line('Starting a system for this run; it is thrown away at the end.');
  const own = await startOwn({ ...options, onEnd: (code) => process.exit(code) });
  try {
    return await inAccess(await openAccess(own), work);
  } finally {
    await own.stop();
  }
}

async function inAccess<Result>(access: Access, work: (access: Access) => Promise<Result>): Promise<Result> {
  try {
    return await work(access);
  } finally {
    await access.close();
  }
}
