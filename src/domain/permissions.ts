import type { Role } from './order.ts';
import { ACTION_NAMES, ACTIONS, type ActionName } from './transitions.ts';

/** Who may do what (SPEC.md §5): one table of capabilities. `src/api/access.ts` asks it for every request, and nothing else does. */

export const SCOPES = [
  'orders:create',
  'orders:read',
  'orders:price',
  'orders:act',
  ...ACTION_NAMES.map((action) => `orders:${action}` as const),
  'orders:link',
  'orders:codes',
  'customers:act',
  'exceptions:read',
  'exceptions:resolve',
  'policies:read',
  'policies:write',
  'catalogue:read',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'proposals:create',
  'proposals:read',
  'people:read',
  'people:write',
  'keys:read',
  'keys:write',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number] | '*';

/** Who asks: somebody of a role, or the holder of a buyer's signed link, who is the customer of one order. */
export type Party = Role | 'link';
export const PARTIES: readonly Party[] = ['owner', 'staff', 'seller', 'customer', 'link', 'service', 'agent'];

/** Sellers and the holders of links see what is their own, and of all else not even that it is there. */
export const isForTheirOwn = (party: Party): boolean => party === 'seller' || party === 'link';

export type CapabilityRow = {
  readonly doc: string;
  /** One of them opens it; none is needed when there are none. */
  readonly scopes: readonly Scope[];
  readonly parties: readonly Party[];
  /** Only for somebody who has signed in: a key of the same role is a program's. */
  readonly inPerson: boolean;
};

const row = (doc: string, scopes: readonly Scope[], parties: readonly Party[], inPerson = false): CapabilityRow => ({
  doc,
  scopes,
  parties,
  inPerson,
});

const PEOPLE: readonly Party[] = ['owner', 'staff'];
const WRITERS: readonly Party[] = [...PEOPLE, 'service'];
const READERS: readonly Party[] = [...WRITERS, 'agent'];
/** All but agents, which change nothing themselves. */
const ACTORS: readonly Party[] = [...WRITERS, 'seller', 'customer', 'link'];

const ROWS = {
  'me.read': row('Who one is, and what one may do', [], PARTIES),
  'orders.place': row('Place an order', ['orders:create'], [...WRITERS, 'customer']),
  'orders.list': row('List and search orders', ['orders:read'], [...READERS, 'seller', 'customer']),
  'orders.read': row('Read an order', ['orders:read'], [...READERS, 'seller', 'customer', 'link']),
  'orders.instructions': row(
    'Read the codes and notes that the buyer got with a delivery',
    ['orders:codes'],
    [...WRITERS, 'customer', 'link'],
  ),
  'orders.link': row('Make a signed link for the buyer of an order', ['orders:link'], WRITERS),
  'orders.export': row('Export a list of orders', ['orders:read'], WRITERS),
  'stream.read': row(
    'Be told of news of orders as they happen',
    ['orders:read'],
    [...READERS, 'seller', 'customer', 'link'],
  ),
  'notifications.read': row(
    'Read notifications, and mark them as read; sellers of their own orders',
    ['orders:read'],
    [...PEOPLE, 'seller'],
  ),
  'views.use': row('Save views of lists, and use those that others share', ['orders:read'], PEOPLE),
  'reports.read': row('Read reports', ['orders:read'], READERS),
  'proposals.create': row('Prepare an action', ['proposals:create'], ['agent', ...PEOPLE]),
  'proposals.confirm': row('Confirm a prepared action, with the scope of that action', [], PEOPLE, true),
  'proposals.decline': row('Decline a prepared action, with the scope of that action', [], PEOPLE),
  'proposals.read': row('Read prepared actions; programs their own', ['proposals:read'], READERS),
  'exceptions.read': row('Read exceptions', ['exceptions:read'], READERS),
  'exceptions.resolve': row('Claim, release and resolve exceptions', ['exceptions:resolve'], WRITERS),
  'calls.read': row('Read the list of calls', ['orders:read'], READERS),
  'stores.read': row('Read stores and their policies', ['policies:read'], READERS),
  'stores.write': row('Change the policy of a store', ['policies:write'], WRITERS),
  'emails.preview': row('Read what the mails say, of a fictitious order', ['policies:read'], READERS),
  'products.read': row('Read the catalogue', ['catalogue:read'], [...READERS, 'seller', 'customer']),
  'products.write': row('Write the catalogue', ['catalogue:write'], WRITERS),
  'locations.read': row('Read locations', ['catalogue:read'], READERS),
  'locations.write': row('Write locations', ['catalogue:write'], WRITERS),
  'inventory.read': row('Read stock and its movements', ['inventory:read'], READERS),
  'inventory.write': row('Receive and correct stock', ['inventory:write'], WRITERS),
  'people.read': row('See people and invitations', ['people:read'], PEOPLE),
  'people.write': row('Invite people, and change what they may do', ['people:write'], PEOPLE),
  'keys.read': row('See API keys', ['keys:read'], PEOPLE),
  'keys.write': row('Make and revoke API keys', ['keys:write'], PEOPLE),
  'audit.read': row('Read the audit log', ['audit:read'], ['owner']),
} as const satisfies Record<string, CapabilityRow>;

export type Capability = keyof typeof ROWS | `orders.act.${ActionName}`;

/** The holder of a link may ask for what customers may. */
const partiesOfAction = (action: ActionName): Party[] => {
  const roles: readonly Role[] = ACTIONS[action].roles;
  return roles.flatMap((role): Party[] => (role === 'customer' ? ['customer', 'link'] : [role]));
};

/**
 * The whole table. Who may ask for an action is said by the order's own table (`transitions.ts`), which also says it of one order
 * and its state; so here everybody but agents gets as far as the order, and learns first whether there is one for them.
 */
export const PERMISSIONS = {
  ...ROWS,
  ...Object.fromEntries(
    ACTION_NAMES.map((action) => [
      `orders.act.${action}`,
      row(ACTIONS[action].doc, [`orders:${action}`, 'orders:act'], ACTORS),
    ]),
  ),
} as Readonly<Record<Capability, CapabilityRow>>;

/** For the documents: who can be successful with an action. */
export const mayAsk = (capability: Capability): readonly Party[] => {
  const action = ACTION_NAMES.find((name) => capability === `orders.act.${name}`);
  return action === undefined ? PERMISSIONS[capability].parties : partiesOfAction(action);
};

/** What somebody brings along. */
export type Grant = { readonly party: Party; readonly scopes: ReadonlySet<string>; readonly hasSignedIn: boolean };

/** Whether these scopes open what this one names. */
export const covers = (scopes: ReadonlySet<string>, wanted: string): boolean =>
  scopes.has('*') ||
  scopes.has(wanted) ||
  (scopes.has('orders:act') && ACTION_NAMES.some((action) => wanted === `orders:${action}`));

export type Denial =
  | { readonly code: 'role_not_allowed' }
  | { readonly code: 'person_needed' }
  | { readonly code: 'scope_missing'; needed: readonly Scope[] };

/** Why this grant does not open this capability; null when it does. */
export function denialOf({ party, scopes, hasSignedIn }: Grant, capability: Capability): Denial | null {
  const { parties, scopes: needed, inPerson } = PERMISSIONS[capability];
  if (!parties.includes(party)) return { code: 'role_not_allowed' };
  if (inPerson && !hasSignedIn) return { code: 'person_needed' };
  if (needed.length === 0 || needed.some((scope) => covers(scopes, scope))) return null;
  return { code: 'scope_missing', needed };
}

export const PERSON_ROLES = ['owner', 'staff', 'seller'] as const satisfies readonly Role[];
export type PersonRole = (typeof PERSON_ROLES)[number];

const scopesOfActions = (party: Party): Scope[] =>
  ACTION_NAMES.filter((action) => partiesOfAction(action).includes(party)).map((action): Scope => `orders:${action}`);

export const SELLER_SCOPES: readonly Scope[] = ['orders:read', 'catalogue:read', ...scopesOfActions('seller')];
export const LINK_SCOPES: readonly Scope[] = ['orders:read', 'orders:codes', ...scopesOfActions('link')];

/** The scopes of a person: an owner has all, a seller those of sellers, staff those they were given. */
export function scopesOfPerson(role: PersonRole, given: readonly string[]): readonly string[] {
  if (role === 'owner') return ['*'];
  return role === 'seller' ? SELLER_SCOPES : given;
}

export type Gift = { readonly role: Role; readonly scopes: readonly string[] };

/** What is wrong with a key for a program, by field: a seller's names the seller, and opens nothing that sellers have not. */
export function wrongOfKey(
  role: Role,
  scopes: readonly string[],
  seller: string | null,
): { readonly field: 'seller' | 'scopes'; readonly message: string }[] {
  if (role !== 'seller') return seller === null ? [] : [{ field: 'seller', message: 'is only for the role seller' }];
  const beyond = scopes.filter((scope) => !(SELLER_SCOPES as readonly string[]).includes(scope));
  return [
    ...(seller === null ? [{ field: 'seller', message: 'is needed for the role seller' } as const] : []),
    ...(beyond.length === 0
      ? []
      : [{ field: 'scopes', message: `the role seller has not: ${beyond.join(', ')}` } as const]),
  ];
}

/** Nobody gives away more than they have: an owner anything, others no owner and only scopes they hold themselves. */
export function isWithinReach(
  giver: { readonly role: Role; readonly scopes: ReadonlySet<string> },
  gift: Gift,
): boolean {
  if (giver.role === 'owner') return gift.scopes.every((scope) => covers(giver.scopes, scope));
  return gift.role !== 'owner' && gift.scopes.every((scope) => covers(giver.scopes, scope));
}
