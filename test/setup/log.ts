import pino, { type Logger } from 'pino';
import { createLog } from '../../src/log.ts';

/** The log of the product, written into a list. */
export function recordingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const log = createLog('test', 'trace');
  Object.assign(log, { [pino.symbols.streamSym]: { write: (line: string) => lines.push(line) } });
  return { log, lines };
}
