/** Where long steps tell what they are doing. */
export interface Progress {
  /** A line that stays. */
  line(text: string): void;
  /** What is happening at this moment; on a terminal it is overwritten by the next, elsewhere it is told now and then. */
  status(text: string): void;
}

const QUIET_MS = 15_000;

/** Progress on standard error, so that standard output stays free for results. */
export function terminalProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let shown = false;
  let lastTold = Date.now();
  const clear = () => {
    if (shown) out.write('\r\x1b[2K');
    shown = false;
  };
  return {
    line(text) {
      clear();
      lastTold = Date.now();
      out.write(`${text}\n`);
    },
    status(text) {
      if (out.isTTY) {
        clear();
        out.write(text.slice(0, (out.columns || 80) - 1));
        shown = true;
      } else if (Date.now() - lastTold >= QUIET_MS) {
        lastTold = Date.now();
        out.write(`${text}\n`);
      }
    },
  };
}
