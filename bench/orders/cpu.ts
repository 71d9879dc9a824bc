import { readdir, readFile } from 'node:fs/promises';

/** Processor time, which tells what a life costs also on a machine that others use as well. Linux only. */

const TICK_MS = 10; // the kernel's clock for user programs is 100 Hz on every common build

/** Fields of /proc/PID/stat after the name, which may hold spaces; field 3 of the manual is index 0. */
async function statOf(pid: number | string): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Milliseconds that a process and its children have used so far, ended ones included. */
async function usedMs(leader: number): Promise<number> {
  let ticks = 0;
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const stat = await statOf(pid);
    if (Number(pid) !== leader && Number(stat[1]) !== leader) continue;
    const own = Number(stat[11]) + Number(stat[12]);
    const ended = Number(stat[13]) + Number(stat[14]);
    ticks += own + (Number(pid) === leader ? ended : 0);
  }
  return ticks * TICK_MS;
}

/** What each of the processes has used, by name; ourselves as `bench`. */
export async function cpuOf(pids: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const { user, system } = process.cpuUsage(); // before the reading itself, which is not a part of what is measured
  const used = new Map<string, number>();
  for (const [name, pid] of pids) used.set(name, await usedMs(pid));
  return used.set('bench', (user + system) / 1000);
}

/** Milliseconds used since `before`, for each of `count` things done. */
export async function cpuSince(
  before: ReadonlyMap<string, number>,
  pids: ReadonlyMap<string, number>,
  count: number,
): Promise<Map<string, number>> {
  const now = await cpuOf(pids);
  return new Map([...now].map(([name, ms]) => [name, (ms - (before.get(name) ?? 0)) / count]));
}
