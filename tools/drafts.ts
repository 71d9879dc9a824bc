import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './process.ts';

/** What is built is drafted beside its place, in a folder that bears the number of the process. */

export const draftOf = (prefix: string): string => `${prefix}${process.pid}`;

/** Removes the drafts in `folder` of processes that were ended before they could do so themselves. */
export async function removeAbandonedDrafts(folder: string, prefix: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d+$/.test(pid) && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}
