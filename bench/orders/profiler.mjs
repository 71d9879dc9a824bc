import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { basename, dirname, join } from 'node:path';
import { isMainThread, parentPort, threadId } from 'node:worker_threads';

// Preloaded into a program and its threads, which run no TypeScript at that point: profiles each from its start to its end.

const folder = process.env.PROFILE_INTO;
const script = process.argv[1] ?? '';
const program = /main\.[jt]s$/.test(script)
  ? basename(dirname(script))
  : script.endsWith('workflow-worker-thread.js')
    ? 'workflows'
    : undefined;

if (folder !== undefined && program !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  const save = () =>
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(join(folder, `${program}-${process.pid}-${threadId}.cpuprofile`), JSON.stringify(profile));
    });
  if (isMainThread) process.on('exit', save);
  else {
    // A thread of the engine's SDK is terminated, without an exit of its own, after a message that says so. Listening before
    // its own listener does would take messages away from it.
    const timer = setInterval(() => {
      if (parentPort.listenerCount('message') === 0) return;
      clearInterval(timer);
      parentPort.on('message', ({ input }) => {
        if (input?.type === 'destroy') save();
      });
    }, 200);
    timer.unref();
  }
}
