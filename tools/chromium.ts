import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * A Chromium for tests and screenshots: the one that CHROMIUM_PATH names, else one on the PATH, else the one that a package of this
 * project carries, unpacked at its first use. There is always one, so no test of the dashboard is ever left out.
 */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export type FoundChromium = { readonly path: string; readonly args: readonly string[]; readonly origin: string };

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Root may not use the sandbox of Chromium; it shows pages of this project only. */
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'];

/** What the package sets for hosts without processes of their own: with it, one page that breaks takes the whole browser along. */
const FRAGILE: readonly string[] = ['--single-process', '--no-zygote'];

export async function findChromium(): Promise<FoundChromium> {
  const named = process.env['CHROMIUM_PATH'] ?? '';
  if (named !== '') {
    if (!(await isProgram(named))) throw new Error(`CHROMIUM_PATH is ${named}, where there is no program.`);
    return { path: named, args: ARGS, origin: 'CHROMIUM_PATH' };
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      if (folder !== '' && (await isProgram(file))) return { path: file, args: ARGS, origin: 'PATH' };
    }
  }
  const { default: carried } = await import('@sparticuz/chromium');
  const args = carried.args.filter((one) => !FRAGILE.includes(one));
  return { path: await carried.executablePath(), args: [...args, ...ARGS], origin: 'package' };
}
