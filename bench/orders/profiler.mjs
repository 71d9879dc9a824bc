import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

// Preloaded into a program and its threads, which run no TypeScript at that point: profiles each from its start to its end.

const folder = process.env.PROFILE_INTO;
const program = (process.argv[1] ?? '').endsWith('main.ts') ? basename(dirname(process.argv[1])) : undefined;
if (folder !== undefined && program !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () => {
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(join(folder, `${program}-${process.pid}-${threadId}.cpuprofile`), JSON.stringify(profile));
    });
  });
}
