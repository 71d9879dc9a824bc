import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Task } from './agenda.ts';
import type { Mail } from './mail/inbox.ts';

type Entries = Record<string, [string, unknown][]>;

export interface SnapshotData {
  readonly version: 1;
  readonly stripe: Entries;
  readonly shippo: Entries;
  readonly mails: readonly Mail[];
  readonly agenda: readonly Task[];
}

/** The state as JSON in one file, written a while after a change and when the sandbox stops. */
export class Snapshot {
  readonly #file: string | undefined;
  readonly #collect: () => SnapshotData;
  #timer: NodeJS.Timeout | undefined;
  #lastCostMs = 0;

  constructor(file: string | undefined, collect: () => SnapshotData) {
    this.#file = file;
    this.#collect = collect;
  }

  /** What was saved, or undefined when there is nothing yet. Throws when the file cannot be read as a snapshot. */
  read(): SnapshotData | undefined {
    if (this.#file === undefined) return undefined;
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const data = parsed(text);
    if (data?.version !== 1) throw new Error(`${this.#file} is no snapshot of the sandbox; delete it to begin anew.`);
    return data;
  }

  /** Something changed. Waits a second, or longer when saving is slow, so that saving takes at most a twentieth of the time. */
  changed(): void {
    if (this.#file === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#save(), Math.max(1000, this.#lastCostMs * 20));
  }

  stop(): void {
    if (this.#file !== undefined) this.#save();
  }

  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const file = this.#file;
    if (file === undefined) return;
    const started = performance.now();
    mkdirSync(dirname(file), { recursive: true });
    // Written beside and renamed: a crash in the middle leaves the last good one.
    writeFileSync(`${file}.new`, JSON.stringify(this.#collect()));
    renameSync(`${file}.new`, file);
    this.#lastCostMs = performance.now() - started;
  }
}

function parsed(text: string): SnapshotData | undefined {
  try {
    return JSON.parse(text) as SnapshotData;
  } catch {
    return undefined;
  }
}
