import { drive, type Tally, type Work } from './drive.ts';
import { type OpenPaths, openPaths, type PathName, type Urls } from './paths.ts';

/** One of two processes that reserve at the same time: does what its parent sends, and answers with the tally. */

export type Task = { readonly path: PathName; readonly urls: Urls; readonly work: Work };
export type Answer = { readonly tally: Tally } | { readonly error: string };

let opened: OpenPaths | undefined;

function perform({ path, urls, work }: Task): Promise<Tally> {
  opened ??= openPaths(urls, work.clients);
  return drive(opened.path[path], work);
}

const send = (answer: Answer): void => void process.send?.(answer);
process.on('message', (task: Task) => {
  perform(task).then(
    (tally) => send({ tally }),
    (error: unknown) => send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
