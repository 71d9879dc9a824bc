import { execFile } from 'node:child_process';
import { chown, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to run PostgreSQL here: it refuses to be root, so root hands it to an unprivileged account. */
export interface Account {
  /** Command and arguments to spawn, with the account to spawn it as. */
  spawn(command: string, args: readonly string[]): { command: string; args: string[]; uid?: number; gid?: number };
  /** Makes a folder of this account, with all that is in it. */
  own(folder: string): Promise<void>;
}

const ORDINARY: Account = {
  spawn: (command, args) => ({ command, args: [...args] }),
  own: async (folder) => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
};

/**
 * The account for a server with these binaries and this data folder. Under root that is the owner of the data folder,
 * else `nobody`. Where `nobody` may not pass a parent folder (a checkout under /root), `setpriv` lends it root's right of way.
 */
export async function postgresAccount(binary: string, dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return ORDINARY;
  const owner = await stat(dataDir).catch(() => undefined);
  const { uid, gid } = owner !== undefined && owner.uid !== 0 ? owner : await nobody();
  const own = async (folder: string) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chownTree(folder, uid, gid);
  };
  const closed = (await closedParent(binary, uid, gid)) ?? (await closedParent(resolve(dataDir), uid, gid));
  if (closed === undefined) return { spawn: (command, args) => ({ command, args: [...args], uid, gid }), own };
  const able = await run('setpriv', ['--version']).then(
    () => true,
    () => false,
  );
  if (!able) {
    throw new Error(
      `PostgreSQL refuses to run as root, and the account it would run as (uid ${uid}) may not enter ${closed}. ` +
        'Run as an ordinary user, or move the project out of that folder, or give a server by DATABASE_URL.',
    );
  }
  const lend = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { spawn: (command, args) => ({ command: 'setpriv', args: [...lend, ...rights, command, ...args] }), own };
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

async function chownTree(path: string, uid: number, gid: number): Promise<void> {
  const found = await lstat(path);
  if (found.uid !== uid) await chown(path, uid, gid);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await chownTree(join(path, name), uid, gid);
}

/** The first folder above `path` that the account may not pass. */
async function closedParent(path: string, uid: number, gid: number): Promise<string | undefined> {
  const parents: string[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) parents.unshift(folder);
  for (const folder of parents) {
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined) return undefined; // made by us later, with the account as its owner
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return folder;
  }
  return undefined;
}
