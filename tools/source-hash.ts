import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** What something is made of: whole folders and single files, below the project's root. */
export type Sources = { readonly folders: readonly string[]; readonly files: readonly string[] };

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** One hash of all of them, by name and content, in hexadecimal. */
export async function hashOf({ folders, files }: Sources): Promise<string> {
  const found = (await Promise.all(folders.map(filesOf))).flat();
  const hash = createHash('sha256');
  for (const file of [...found, ...files.map((one) => join(ROOT, one))].toSorted())
    hash
      .update(file.slice(ROOT.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}
