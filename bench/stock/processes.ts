import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tally, Work } from './drive.ts';
import type { PathName, Urls } from './paths.ts';
import type { Answer, Task } from './process.ts';

/** Two processes that share nothing but the database. */
export interface Processes {
  run(path: PathName, urls: Urls, work: Work): Promise<Tally>;
  stop(): void;
}

export function startProcesses(): Processes {
  const program = fileURLToPath(new URL('./process.ts', import.meta.url));
  const children = [0, 1].map(() => fork(program, { execArgv: ['--import', 'tsx'] }));
  const ask = (child: ChildProcess, task: Task): Promise<Tally> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void =>
        reject(new Error(`a process of the benchmark ended (${signal ?? code})`));
      child.once('exit', ended);
      child.once('message', (answer: Answer) => {
        child.off('exit', ended);
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer.tally);
      });
      child.send(task);
    });
  return {
    async run(path, urls, { warm, jobs, clients, atMostMs }) {
      const half = <T>(all: readonly T[], which: number): T[] => all.filter((_, at) => at % children.length === which);
      const tallies = await Promise.all(
        children.map((child, which) => {
          const share = { warm: half(warm, which), jobs: half(jobs, which), clients: clients / children.length };
          return ask(child, { path, urls, work: { ...share, atMostMs } });
        }),
      );
      return {
        latencies: tallies.flatMap((tally) => tally.latencies),
        held: tallies.reduce((sum, tally) => sum + tally.held, 0),
        deadlocks: tallies.reduce((sum, tally) => sum + tally.deadlocks, 0),
        elapsedMs: Math.max(...tallies.map((tally) => tally.elapsedMs)),
      };
    },
    stop() {
      for (const child of children) if (child.connected) child.disconnect();
    },
  };
}
