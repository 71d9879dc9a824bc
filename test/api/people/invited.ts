import { invite } from '../../../src/api/people/invitations.ts';
import type { System } from '../../setup/system.ts';

/** The token of an invitation made without HTTP, as `npm run people` makes it. */
export async function createAuditedInvitation(
  { database, config }: System,
  {
    email,
    role,
    scopes = [],
    seller = null,
  }: { email: string; role: 'owner' | 'staff' | 'seller'; scopes?: string[]; seller?: string | null },
): Promise<string> {
  const { link } = await invite(database.db, {
    asked: { email, role, scopes: scopes as never, seller, locale: 'en' },
    by: { role: 'operator', id: 'command line' },
    config,
  });
  return new URL(link).pathname.split('/').at(-1) ?? '';
}
