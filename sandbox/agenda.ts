export interface Task {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  readonly ref: string;
}

/** Things that happen by themselves later (a refund settles, a parcel moves). Kept in the snapshot, so a restart forgets none. */
export class Agenda {
  readonly #tasks = new Map<number, Task>();
  readonly #runners = new Map<string, (ref: string) => void>();
  #next = 1;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  on(kind: string, run: (ref: string) => void): void {
    this.#runners.set(kind, run);
  }

  add(kind: string, ref: string, delaySeconds: number): void {
    const task = { id: this.#next++, at: Date.now() + delaySeconds * 1000, kind, ref };
    this.#tasks.set(task.id, task);
    this.#arm(task.at);
  }

  cancel(kind: string, ref?: string): void {
    for (const task of this.#tasks.values()) {
      if (task.kind === kind && (ref === undefined || task.ref === ref)) this.#tasks.delete(task.id);
    }
  }

  clear(): void {
    this.#tasks.clear();
  }

  /** Runs everything of these kinds now, also what it brings forth; answers how many ran. */
  settle(kinds: readonly string[]): number {
    let ran = 0;
    for (;;) {
      const due = [...this.#tasks.values()].filter((task) => kinds.includes(task.kind));
      if (due.length === 0) return ran;
      ran += due.length;
      this.#run(due);
    }
  }

  dump(): Task[] {
    return [...this.#tasks.values()];
  }

  load(tasks: readonly Task[]): void {
    this.#tasks.clear();
    for (const task of tasks) {
      this.#tasks.set(task.id, task);
      this.#next = Math.max(this.#next, task.id + 1);
      this.#arm(task.at);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    if (this.#stopped || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    // Node holds delays in 32 bits: a task months away is looked at again after a day.
    const delay = Math.min(Math.max(at - Date.now(), 0), 86_400_000);
    this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #tick(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    this.#run([...this.#tasks.values()].filter((task) => task.at <= now));
    let earliest = Number.POSITIVE_INFINITY;
    for (const task of this.#tasks.values()) earliest = Math.min(earliest, task.at);
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest);
  }

  #run(due: readonly Task[]): void {
    for (const task of due) {
      if (this.#tasks.delete(task.id)) this.#runners.get(task.kind)?.(task.ref);
    }
  }
}
