import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { MIGRATION_TABLE, MIGRATIONS } from './schema.ts';

/** Brings the database at `url` to the newest schema; safe to run by several processes at once (advisory lock). */
export async function migrate(url: URL | string, log: (line: string) => void = () => {}): Promise<void> {
  await runner({
    databaseUrl: String(url),
    dir: fileURLToPath(MIGRATIONS),
    direction: 'up',
    migrationsTable: MIGRATION_TABLE,
    lockValue: 7_316_502_114,
    advisoryLockMode: 'wait',
    log,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') {
    console.error('DATABASE_URL is not set: name the database to migrate.');
    process.exit(1);
  }
  await migrate(url, (line) => console.log(line));
}
