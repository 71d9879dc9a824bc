import { drive, type Tally } from './drive.ts';
import type { Job } from './path.ts';
import { type OpenPaths, openPaths, type PathName, type Urls } from './paths.ts';

/** One of two processes that reserve at the same time: does what its parent sends, and answers with the tally. */

export type Work = {
  readonly path: PathName;
  readonly urls: Urls;
  readonly clients: number;
  readonly jobs: readonly Job[];
};
export type Answer = { readonly tally: Tally } | { readonly error: string };

let opened: OpenPaths | undefined;

function work({ path, urls, clients, jobs }: Work): Promise<Tally> {
  opened ??= openPaths(urls, clients);
  return drive(opened.path[path], jobs, clients);
}

const send = (answer: Answer): void => void process.send?.(answer);
process.on('message', (message: Work) => {
  work(message).then(
    (tally) => send({ tally }),
    (error: unknown) => send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
