import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const DOTENV = join(ROOT, '.env');

/** Adds what `.env` says to the environment, which wins over it. */
export function readDotenv(): void {
  if (existsSync(DOTENV)) process.loadEnvFile(DOTENV);
}

/**
 * Where `npm start` keeps everything, as an absolute path: `data/` of the project, unless DEV_DATA_DIR names another folder. Takes
 * nothing else of `.env` over: a system that is started for one run has settings of its own.
 */
export function dataFolder(): string {
  const named = process.env['DEV_DATA_DIR'] ?? '';
  const fromFile = (): string | undefined =>
    existsSync(DOTENV) ? parseEnv(readFileSync(DOTENV, 'utf8'))['DEV_DATA_DIR'] : undefined;
  return resolve(ROOT, named || fromFile() || 'data');
}
