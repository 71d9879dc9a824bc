import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended: its exit code, or the name of the signal that ended it, or why it could not be started. */
export type Exit = { code: number } | { signal: NodeJS.Signals } | { error: Error };

export interface ProcessOptions {
  /** For messages: 'worker', 'postgres'. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Writes straight to our own output, as for a program that draws on the terminal; then there are no lines to keep. */
  readonly inheritOutput?: boolean;
  /** Both output streams are appended to this file. */
  readonly logFile?: string;
  /** Receives every output line. */
  readonly onLine?: (line: string) => void;
  /** The polite signal; PostgreSQL, for one, wants SIGINT. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long stop() waits before SIGKILL, in milliseconds. Default 10,000. */
  readonly stopWithin?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly stopSignal: NodeJS.Signals;
  /** Settles when the last line of output has been read, which may be after the end of the process. */
  readonly outputEnded: Promise<void>;
  /** Set once the process has ended. */
  readonly exit: Exit | undefined;
  /** The last lines of output, oldest first. */
  tail(): string[];
  /** Ends the process and everything it started; safe to call twice. */
  stop(): Promise<'stopped' | 'killed'>;
  /** Ends all of it at once. */
  kill(): void;
}

const TAIL_LINES = 60;

export function describeExit(exit: Exit): string {
  if ('error' in exit) return exit.error.message;
  return 'signal' in exit ? `ended by ${exit.signal}` : `exit code ${exit.code}`;
}

/** Starts a program in a process group of its own, so that a Ctrl-C in the terminal reaches only us and the order of stopping is ours. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = spawn(options.command, [...options.args], {
    detached: true,
    stdio: options.inheritOutput === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: options.env,
    uid: options.uid,
    gid: options.gid,
  });
  const exited = exitOf(child);
  const { tail, ended: outputEnded } = collectOutput(child, options);
  let exit: Exit | undefined;
  void exited.then((value) => {
    exit = value;
    leash.release(child.pid);
  });
  if (child.pid === undefined) {
    const failed = await exited;
    throw new Error(`${options.name} could not be started: ${describeExit(failed)}`);
  }
  const { pid } = child;
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  leash.hold(pid, stopSignal);
  let stopping: Promise<'stopped' | 'killed'> | undefined;
  return {
    name: options.name,
    pid,
    exited,
    outputEnded,
    stopSignal,
    get exit() {
      return exit;
    },
    tail: () => [...tail],
    stop: () => (stopping ??= stopGroup(pid, exited, stopSignal, options.stopWithin ?? 10_000)),
    kill: () => void signalGroup(pid, 'SIGKILL'),
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
}

function collectOutput(child: ChildProcess, options: ProcessOptions): { tail: string[]; ended: Promise<void> } {
  const tail: string[] = [];
  if (options.logFile !== undefined) mkdirSync(dirname(options.logFile), { recursive: true });
  const file = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const ends = streams.map((stream) => {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      file?.write(`${line}\n`);
      options.onLine?.(line);
    });
    return once(lines, 'close');
  });
  const ended = Promise.all(ends).then(() => {
    file?.end();
  });
  return { tail, ended };
}

async function stopGroup(
  pid: number,
  exited: Promise<Exit>,
  signal: NodeJS.Signals,
  within: number,
): Promise<'stopped' | 'killed'> {
  signalGroup(pid, signal);
  const deadline = new AbortController();
  const ended = await Promise.race([
    exited.then(() => true),
    sleep(within, false, { signal: deadline.signal }).catch(() => false),
  ]);
  deadline.abort();
  // Also after a polite end: a grandchild may have outlived its parent.
  signalGroup(pid, 'SIGKILL');
  await exited;
  return ended ? 'stopped' : 'killed';
}

/** Signals a whole process group; false when nothing of it is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** True when a process with this id exists, also when it belongs to another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Ends our process groups when this process dies without a chance to do so itself (SIGKILL, a crash). A small shell
 * reads the list of groups from a pipe; when the pipe closes it stops those still on the list, the last started first.
 */
const LEASH = `
plan=
while read -r line; do plan=$line; done
for entry in $plan; do
  signal=\${entry%%:*}; group=\${entry##*:}
  kill -s "$signal" -- "-$group" 2>/dev/null || continue
  tries=0
  while kill -s 0 -- "-$group" 2>/dev/null && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -s KILL -- "-$group" 2>/dev/null
done
`;

const leash = (() => {
  const groups = new Map<number, NodeJS.Signals>();
  let shell: ChildProcess | undefined;
  const publish = () => {
    if (shell === undefined) {
      shell = spawn('/bin/sh', ['-c', LEASH], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      shell.on('error', () => {});
      shell.stdin?.on('error', () => {});
      shell.unref();
      (shell.stdin as { unref?: () => void } | null)?.unref?.();
    }
    const plan = [...groups].reverse().map(([pid, signal]) => `${signal.replace('SIG', '')}:${pid}`);
    shell.stdin?.write(`${plan.join(' ')}\n`);
  };
  return {
    hold(pid: number, signal: NodeJS.Signals) {
      groups.set(pid, signal);
      publish();
    },
    release(pid: number | undefined) {
      if (pid !== undefined && groups.delete(pid)) publish();
    },
  };
})();
