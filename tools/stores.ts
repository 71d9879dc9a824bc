import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ZodError } from 'zod';
import { policyForAudit } from '../src/api/audit-subjects.ts';
import { policyFrom } from '../src/contracts/policy.ts';
import { appendAudit } from '../src/db/audit.ts';
import { findStore, putStore, type StoreRow } from '../src/db/catalogue.ts';
import type { Db, Trx } from '../src/db/database.ts';
import { onDatabase, Usage } from './on-database.ts';

/** Stores from the command line: make or change one, with its policy; show one. Orders name their store; `main` is the default. */

const HELP = `npm run stores -- put --code main --name "My shop" --support-email help@shop.example [--policy FILE.json]
npm run stores -- show --code main

Put again, what is left out stays as it is. The fields of the policy are explained in docs/configuration.md.`;

async function readPolicy(file: string): Promise<object> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Usage(`${file} cannot be read: ${error.message}`);
  });
  try {
    const policy = JSON.parse(text) as object;
    policyFrom(policy);
    return policy;
  } catch (error) {
    if (!(error instanceof ZodError)) throw new Usage(`${file} is not JSON: ${(error as Error).message}`);
    const wrong = error.issues.map((issue) => `  ${issue.path.join('.') || 'policy'}: ${issue.message}`);
    throw new Usage(`${file} is not a policy:\n${wrong.join('\n')}`);
  }
}

type Options = {
  code?: string | undefined;
  name?: string | undefined;
  'support-email'?: string | undefined;
  policy?: string | undefined;
};

/** An entry of the audit log, in the transaction of what it tells of. */
async function record(
  trx: Trx,
  what: string,
  code: string,
  before: StoreRow | null,
  after: StoreRow | null,
): Promise<void> {
  const asKept = (store: StoreRow | null) =>
    store === null
      ? null
      : {
          name: store.name,
          support_email: store.supportEmail,
          policy_version: store.policyVersion,
          policy: policyForAudit(store.policy),
        };
  await appendAudit(trx, {
    actorRole: 'operator',
    actorId: 'command line',
    requestId: null,
    what,
    object: code,
    outcome: 'taken',
    code: null,
    before: asKept(before),
    after: asKept(after),
    detail: null,
  });
}

async function put(db: Db, code: string, options: Options): Promise<void> {
  const known = await findStore(db, code);
  const name = options.name ?? known?.name;
  const supportEmail = options['support-email'] ?? known?.supportEmail;
  if (name === undefined || supportEmail === undefined) {
    throw new Usage('a new store needs --name and --support-email');
  }
  const policy = options.policy === undefined ? (known?.policy ?? {}) : await readPolicy(options.policy);
  await db.transaction().execute(async (trx) => {
    await putStore(trx, { code, name, supportEmail, policy }, { by: 'command line', note: null });
    const what = options.policy === undefined ? 'store.put' : 'store.policy';
    await record(trx, what, code, known, await findStore(trx, code));
  });
  console.log(`${known === null ? 'Made' : 'Changed'} the store ${code}. Orders follow the policy from now on.`);
}

async function show(db: Db, code: string): Promise<void> {
  const store = await findStore(db, code);
  if (store === null) throw new Usage(`there is no store ${code}`);
  console.log(JSON.stringify(store, null, 2));
}

async function run(db: Db): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      code: { type: 'string' },
      name: { type: 'string' },
      'support-email': { type: 'string' },
      policy: { type: 'string' },
    },
  });
  const [command] = positionals;
  const { code } = values;
  if (command !== 'put' && command !== 'show') throw new Usage(`what should be done? ${command ?? ''}`);
  if (code === undefined || !/^[\w-]{1,50}$/.test(code)) {
    throw new Usage('--code is needed: 1 to 50 letters, digits, _ or -');
  }
  await (command === 'put' ? put(db, code, values) : show(db, code));
}

await onDatabase('stores', HELP, run);
