import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { describeExit, type Exit, type RunningProcess, startProcess } from './process.ts';
import type { Progress } from './progress.ts';

/** Where the output of one service goes. */
export interface ServiceLog {
  readonly logFile: string;
  readonly onLine: (line: string) => void;
}

export interface StartedService {
  readonly process: RunningProcess;
  /** What to say on its line: an address, a version. */
  readonly detail: string;
}

export interface NodeProgram {
  readonly name: string;
  /** Path of a TypeScript file below the project's root. What is under src/ runs from dist/, so it must be built before. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface SupervisorOptions {
  readonly root: string;
  readonly logFolder: string;
  readonly progress: Progress;
  /** Streams every line of every service as well. */
  readonly verbose: boolean;
  /** Told whenever a service has come up, with all that run, in the order of starting. */
  readonly onChange: (running: readonly RunningProcess[]) => void;
}

const READY_WITHIN_MS = 120_000;
const PARENT_CHECK_MS = 500;
/** One Ctrl-C reaches us twice: from the terminal, and from npm, which passes on its own. */
const SAME_CTRL_C_MS = 500;
const TAIL_LINES = 15;
const FORCED = 130;

/** A service that did not come up, or one that died; the message carries its last lines. */
export class ServiceFailed extends Error {
  override name = 'ServiceFailed';
}

/**
 * Starts services in order and stops them in reverse, on Ctrl-C, SIGTERM, a closed terminal, a vanished parent (npm does
 * not pass every signal on) and when one of them dies. A second Ctrl-C stops at once.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running: RunningProcess[] = [];
  /** Programs that end by themselves; their end is no reason to stop. */
  readonly #tasks = new Set<RunningProcess>();
  #stopping: Promise<void> | undefined;
  #stopAtOnceFrom = 0;
  #ended: (code: number) => void = () => {};
  /** Settles with the exit code when everything has stopped. */
  readonly ended: Promise<number>;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#onSignal(signal));
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // the terminal may be gone
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) this.shutdown(0);
    }, PARENT_CHECK_MS).unref();
  }

  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Starts one service and keeps it; `begin` returns when it is ready. */
  async start(name: string, begin: (log: ServiceLog) => Promise<StartedService>): Promise<void> {
    if (this.stopping) return;
    const began = Date.now();
    this.#options.progress.status(`  …  ${name}`);
    const { process: service, detail } = await begin(this.#logOf(name));
    if (!this.#running.includes(service)) this.#keep(service);
    if (this.stopping) return;
    this.#options.onChange(this.#running);
    this.#say(styleText('green', '✓'), name, detail, began);
  }

  /** Starts a program of ours and waits until `ready` says so. */
  async startNode(program: NodeProgram, detail: string, ready: (pid: number) => Promise<boolean>): Promise<void> {
    await this.start(program.name, async (log) => {
      const service = await this.#spawnNode(program, log);
      this.#keep(service); // at once, so that a Ctrl-C while it starts stops it in its turn
      const deadline = Date.now() + READY_WITHIN_MS;
      while (!(await ready(service.pid))) {
        if (this.stopping) break; // by hand, or because this service has died
        if (Date.now() > deadline) {
          throw new ServiceFailed(`${program.name} is not ready after 120 s. Its last lines:\n${tailOf(service)}`);
        }
        await sleep(100);
      }
      return { process: service, detail };
    });
  }

  /** Runs a program of ours to its end and returns what it printed. */
  async run(program: NodeProgram, detail: string): Promise<string[]> {
    if (this.stopping) return [];
    const began = Date.now();
    this.#options.progress.status(`  …  ${program.name}`);
    const lines: string[] = [];
    const log = this.#logOf(program.name);
    const keep = (line: string) => {
      lines.push(line);
      log.onLine(line);
    };
    const task = await this.#spawnNode(program, { ...log, onLine: keep });
    this.#tasks.add(task);
    if (this.stopping) void task.stop();
    const exit = await task.exited;
    this.#tasks.delete(task);
    await task.outputEnded;
    if (this.stopping) return lines;
    if (!('code' in exit) || exit.code !== 0) throw failure(program.name, task, exit);
    this.#say(styleText('green', '✓'), program.name, detail, began);
    return lines;
  }

  /** Stops the tasks under way and all services, the last started first, and lets {@link ended} settle. */
  shutdown(code: number): void {
    this.#stopping ??= this.#stopAll(code);
  }

  #onSignal(signal: NodeJS.Signals): void {
    if (!this.stopping) {
      this.#stopAtOnceFrom = Date.now() + SAME_CTRL_C_MS;
      this.#options.progress.line('\nStopping (Ctrl-C again stops at once)');
      this.shutdown(0);
    } else if (signal === 'SIGINT' && Date.now() > this.#stopAtOnceFrom) {
      for (const one of [...this.#tasks, ...this.#running]) one.kill();
      this.#ended(FORCED);
    }
  }

  async #stopAll(code: number): Promise<void> {
    await Promise.all([...this.#tasks].map((task) => task.stop()));
    for (const service of [...this.#running].reverse()) {
      if (service.exit !== undefined) continue;
      const began = Date.now();
      this.#options.progress.status(`  …  stopping ${service.name}`);
      const how = await service.stop();
      this.#say(how === 'stopped' ? '■' : styleText('yellow', '■'), service.name, how, began);
    }
    this.#ended(code);
  }

  #keep(service: RunningProcess): void {
    this.#running.push(service);
    void service.exited.then((exit) => {
      if (this.stopping) return;
      this.#options.progress.line(failure(service.name, service, exit).message);
      this.shutdown(1);
    });
  }

  #spawnNode(program: NodeProgram, log: ServiceLog): Promise<RunningProcess> {
    return startProcess({
      name: program.name,
      command: process.execPath,
      args: argumentsOf(this.#options.root, program.entry),
      cwd: this.#options.root,
      env: program.env,
      ...log,
    });
  }

  /** A new file for every start; the one before is kept beside it. */
  #logOf(name: string): ServiceLog {
    const logFile = join(this.#options.logFolder, `${name}.log`);
    if (existsSync(logFile)) renameSync(logFile, join(this.#options.logFolder, `${name}.previous.log`));
    const onLine = (line: string) => {
      if (this.#options.verbose) this.#options.progress.line(`${styleText('dim', `${name.padEnd(10)}│`)} ${line}`);
    };
    return { logFile, onLine };
  }

  #say(mark: string, name: string, detail: string, began: number): void {
    const seconds = `${((Date.now() - began) / 1000).toFixed(1)} s`;
    this.#options.progress.line(`  ${mark}  ${name.padEnd(12)}${detail}  ${styleText('dim', seconds)}`);
  }
}

const argumentsOf = (root: string, entry: string): string[] =>
  entry.startsWith('src/')
    ? [join(root, 'dist', entry.replace(/\.ts$/, '.js'))]
    : ['--import', 'tsx', join(root, entry)];

function failure(name: string, service: RunningProcess, exit: Exit): ServiceFailed {
  return new ServiceFailed(
    `${styleText('red', '✗')}  ${name} ended (${describeExit(exit)}). Its last lines:\n${tailOf(service)}`,
  );
}

function tailOf(service: RunningProcess): string {
  const lines = service.tail().slice(-TAIL_LINES);
  return lines.map((line) => `     ${styleText('dim', '│')} ${line}`).join('\n');
}
