import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { invite } from '../src/api/people/invitations.ts';
import { HttpProblem } from '../src/api/problem.ts';
import { readConfig } from '../src/config.ts';
import { Invite } from '../src/contracts/people.ts';
import { appendAudit } from '../src/db/audit.ts';
import type { Db } from '../src/db/database.ts';
import { listPeople } from '../src/db/people.ts';
import { onDatabase, Usage } from './on-database.ts';

/** People from the command line: the first owner, and who there is. Everybody else is invited by somebody who may. */

const HELP = `npm run people -- invite-owner EMAIL    prints a link with which an owner chooses a name and a password
npm run people -- list
The settings of the API are read from the environment, or from a running npm start.`;

async function inviteOwner(db: Db, env: NodeJS.ProcessEnv, given: string | undefined): Promise<void> {
  const asked = Invite.safeParse({ email: given, role: 'owner' });
  if (!asked.success) throw new Usage(`${given ?? 'nothing'} is not an e-mail address`);
  const by = { role: 'operator', id: 'command line' };
  const { row, link } = await invite(db, { asked: asked.data, by, config: readConfig(env) }).catch((error: unknown) => {
    throw error instanceof HttpProblem ? new Usage(error.message) : error;
  });
  await appendAudit(db, {
    actorRole: by.role,
    actorId: by.id,
    requestId: null,
    what: 'invitation.create',
    object: row.id,
    outcome: 'taken',
    code: null,
    before: null,
    after: { role: row.role, expires_at: row.expiresAt },
    detail: null,
  });
  console.log(
    `${row.email} can become an owner until ${row.expiresAt.toISOString().slice(0, 10)}, once, by this link:\n`,
  );
  console.log(`  ${link}\n\nIt is in their mail too.`);
}

async function list(db: Db): Promise<void> {
  const table = new Table({ head: ['id', 'name', 'e-mail', 'role', 'scopes', 'second factor', 'state'] });
  let after: string | null = null;
  for (;;) {
    const people = await listPeople(db, after, 200);
    for (const one of people)
      table.push([
        one.id,
        one.name,
        one.email,
        one.seller === null ? one.role : `${one.role} ${one.seller}`,
        one.scopes.join(' '),
        one.twoFactorEnabled ? 'yes' : 'no',
        one.disabled ? 'disabled' : 'active',
      ]);
    after = people.at(-1)?.email ?? null;
    if (after === null) break;
  }
  console.log(table.toString());
}

await onDatabase('people', HELP, async (db, env) => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [command, email] = positionals;
  if (command === 'list') await list(db);
  else if (command === 'invite-owner') await inviteOwner(db, env, email);
  else throw new Usage(`what should be done? ${command ?? ''}`);
});
