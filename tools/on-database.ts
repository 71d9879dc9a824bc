import { ConfigError } from '../src/config.ts';
import { type Db, openDatabase } from '../src/db/database.ts';
import { readDotenv } from './data-folder.ts';
import { findRunning } from './system/running.ts';

/** What the commands that work on the database have in common: whose it is, and how a wrong call is answered. */

/** The command was called wrongly; said with its help. */
export class Usage extends Error {}

/** What the API runs with: the environment and .env, or that of a running `npm start`. */
async function settings(): Promise<NodeJS.ProcessEnv & { DATABASE_URL: string }> {
  readDotenv();
  const given = process.env['DATABASE_URL'] ?? '';
  if (given !== '') return { ...process.env, DATABASE_URL: given };
  const running = await findRunning();
  const ofRunning = running?.env['DATABASE_URL'];
  if (ofRunning !== undefined) return { ...process.env, ...running?.env, DATABASE_URL: ofRunning };
  throw new Usage('DATABASE_URL is not set, and no npm start is running whose database could be meant.');
}

/** Runs the command `name`. A wrong call or setting ends it with a message and its help. */
export async function onDatabase(
  name: string,
  help: string,
  run: (db: Db, env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  try {
    const env = await settings();
    const { db, close } = openDatabase(env.DATABASE_URL, { max: 2, applicationName: name });
    await run(db, env).finally(close);
  } catch (error) {
    const isUsage = error instanceof Usage || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    if (isUsage !== true && !(error instanceof ConfigError)) throw error;
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exitCode = 1;
  }
}
