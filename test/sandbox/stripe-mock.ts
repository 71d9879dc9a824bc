import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Stripe's own mock server: it validates requests against Stripe's OpenAPI description, and carries that description. */
export const STRIPE_MOCK_VERSION = 'v0.203.0';
const MODULE = `github.com/stripe/stripe-mock@${STRIPE_MOCK_VERSION}`;
const FOLDER = join(import.meta.dirname, '..', '..', '.bin', `stripe-mock-${STRIPE_MOCK_VERSION}`);

const REMEDY =
  `The contract tests need stripe-mock ${STRIPE_MOCK_VERSION}. Install Go (https://go.dev/dl), and it is built once into .bin/; ` +
  'or give STRIPE_MOCK, the path of its binary, and STRIPE_MOCK_SPEC, the path of its embedded/openapi/spec3.json.';

async function go(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    // Run outside any module, so that nothing of ours is changed by it.
    const options = { cwd: tmpdir(), env: { ...process.env, ...environment }, maxBuffer: 16 * 1024 * 1024 };
    return (await run('go', [...args], options)).stdout;
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    throw new Error(code === 'ENOENT' ? REMEDY : `go ${args.join(' ')} failed: ${stderr ?? String(error)}\n${REMEDY}`);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function binary(): Promise<string> {
  const given = process.env['STRIPE_MOCK'];
  if (given !== undefined && given !== '') {
    if (!(await exists(given))) throw new Error(`STRIPE_MOCK is ${given}, where there is no file. ${REMEDY}`);
    return given;
  }
  const path = join(FOLDER, 'stripe-mock');
  if (!(await exists(path))) await go(['install', MODULE], { GOBIN: FOLDER });
  return path;
}

/** Stripe's OpenAPI description as the module carries it; read from Go's module cache, never copied into this repository. */
export async function openApi(): Promise<OpenApi> {
  const given = process.env['STRIPE_MOCK_SPEC'];
  if (given !== undefined && given !== '') return JSON.parse(await readFile(given, 'utf8')) as OpenApi;
  const { Dir } = JSON.parse(await go(['mod', 'download', '-json', MODULE])) as { Dir: string };
  return JSON.parse(await readFile(join(Dir, 'embedded', 'openapi', 'spec3.json'), 'utf8')) as OpenApi;
}

export interface OpenApi {
  readonly info: { readonly version: string };
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface StripeMock {
  readonly url: string;
  stop(): Promise<void>;
}

const LISTENING = /Listening for HTTP at address: (127\.0\.0\.1:\d+)/;

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const address = LISTENING.exec(output)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`stripe-mock ended with ${code}: ${output}`)));
  });
}

/** Starts it on two free loopback ports; with fewer than both addresses given it would open one on all interfaces. */
export async function startStripeMock(): Promise<StripeMock> {
  const child = spawn(await binary(), ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await addressOf(child);
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
