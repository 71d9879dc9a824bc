import { drive, type Tally } from './drive.ts';
import type { Job } from './path.ts';
import { PATHS, type PathName } from './paths.ts';

/** One of two processes that reserve at the same time: does what its parent sends, and answers with the tally. */

export type Work = {
  readonly path: PathName;
  readonly url: string;
  readonly clients: number;
  readonly jobs: readonly Job[];
};
export type Answer = { readonly tally: Tally } | { readonly error: string };

async function work({ path, url, clients, jobs }: Work): Promise<Tally> {
  const opened = PATHS[path].open(url, clients);
  try {
    return await drive(opened, jobs, clients);
  } finally {
    await opened.close();
  }
}

const send = (answer: Answer): void => void process.send?.(answer);
process.on('message', (message: Work) => {
  work(message).then(
    (tally) => send({ tally }),
    (error: unknown) => send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
