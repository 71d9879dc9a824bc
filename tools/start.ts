import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bringUp } from './bring-up.ts';
import { dataFolder, readDotenv } from './data-folder.ts';
import { type Development, readDevelopment } from './development.ts';
import { claimInstance } from './instance.ts';
import { type Progress, terminalProgress } from './progress.ts';
import { type DemoStore, readyScreen } from './screen.ts';
import { Supervisor } from './supervisor.ts';
import { refuseTakenPorts } from './taken-ports.ts';

const ROOT = join(import.meta.dirname, '..');
const HELP = `npm start                 brings up everything, keeps its data in data/ (or DEV_DATA_DIR)
npm start -- --fresh      begins anew: empties that folder first
VERBOSE=1 npm start       shows the log of every service; without it they are in logs/ of that folder
Settings are read from the environment and from .env; see .env.example.`;

/** `npm start`: everything the system needs, real and local, in order; then one screen; then until Ctrl-C. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const began = Date.now();
  readDotenv();
  const dataDir = dataFolder();
  const progress = terminalProgress();
  const instance = await claimInstance(dataDir, progress);
  try {
    if (values.fresh === true) await instance.clear();
    const development = await readDevelopment(dataDir);
    await refuseTakenPorts(development);
    const supervisor = new Supervisor({
      root: ROOT,
      logFolder: join(dataDir, 'logs'),
      progress,
      verbose: (process.env.VERBOSE ?? '') !== '',
      onChange: (running) => void instance.record(running).catch((error: Error) => progress.line(error.message)),
    });
    void bringUpStore(supervisor, development, dataDir, progress).then(
      (screen) => {
        if (!supervisor.stopping) progress.line(`\n${screen(Date.now() - began)}`);
      },
      (error: Error) => {
        if (!supervisor.stopping) progress.line(`\n${error.message}\n`);
        supervisor.shutdown(1);
      },
    );
    return await supervisor.ended;
  } finally {
    await instance.release();
  }
}

async function bringUpStore(
  supervisor: Supervisor,
  development: Development,
  dataDir: string,
  progress: Progress,
): Promise<(milliseconds: number) => string> {
  const env = await bringUp({ supervisor, development, dataDir, progress, webUi: true });
  const demo = await seedDemoStore(supervisor, development, env);
  return (milliseconds) => readyScreen({ development, env, demo, logFolder: join(dataDir, 'logs'), milliseconds });
}

/**
 * The seed is given the key of an earlier start in DEV_API_KEY, and prints among other lines
 * `API key: KEY` (that one while it is valid, else a new one), `Owner: EMAIL PASSWORD` and `Sample order: {…}` (on one line).
 */
async function seedDemoStore(
  supervisor: Supervisor,
  development: Development,
  env: NodeJS.ProcessEnv,
): Promise<DemoStore> {
  const program = {
    name: 'demo store',
    entry: 'tools/seed-store.ts',
    env: { ...env, DEV_API_KEY: development.secrets.apiKey, DEV_OWNER_PASSWORD: development.secrets.ownerPassword },
  };
  const printed = await supervisor.run(program, 'catalogue, locations, stock, owner, API key');
  const valueOf = (label: string) =>
    printed
      .find((line) => line.startsWith(`${label}: `))
      ?.slice(label.length + 2)
      .trim();
  const [apiKey, sampleOrder, owner] = [valueOf('API key'), valueOf('Sample order'), valueOf('Owner')];
  if (supervisor.stopping) return { apiKey: '', sampleOrder: '', owner: '' };
  if (apiKey === undefined || sampleOrder === undefined || owner === undefined) {
    throw new Error(
      `${program.entry} must print "API key: …", "Owner: …" and "Sample order: …"; it printed:\n${printed.join('\n')}`,
    );
  }
  if (apiKey !== development.secrets.apiKey) await development.keepApiKey(apiKey);
  return { apiKey, sampleOrder, owner };
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
