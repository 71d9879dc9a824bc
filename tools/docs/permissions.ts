import {
  type Capability,
  isForTheirOwn,
  LINK_SCOPES,
  mayAsk,
  PARTIES,
  type Party,
  PERMISSIONS,
  SELLER_SCOPES,
} from '../../src/domain/permissions.ts';
import { code, codes, page, table } from './markdown.ts';

/** Who may do what: `docs/generated/permissions.md`. */

const isAction = (capability: Capability): boolean => capability.startsWith('orders.act.');

function cellOf(capability: Capability, party: Party): string {
  if (!mayAsk(capability).includes(party)) return '';
  if (PERMISSIONS[capability].inPerson) return 'in person';
  return isForTheirOwn(party) ? 'own' : 'yes';
}

function rowOf(capability: Capability): string[] {
  const { doc, scopes } = PERMISSIONS[capability];
  return [
    code(capability.replace('orders.act.', '')),
    doc,
    scopes.map(code).join(' or '),
    ...PARTIES.map((party) => cellOf(capability, party)),
  ];
}

export function permissionsPage(): string {
  const capabilities = Object.keys(PERMISSIONS) as Capability[];
  const heads = ['', 'what', 'scope', ...PARTIES];
  return page(
    'Who may do what',
    '`src/domain/permissions.ts`',
    'One table, asked for every request. `own`: only orders with lines of the seller, and of them those lines; only the one order of the link. Of products, sellers see their own and those of no seller. `in person`: signed in, not with a key. An owner has every scope; staff and API keys have those they were given; `link` is the holder of a buyer’s signed link, `customer` a key that speaks for a buyer (`X-Acting-For`, or of that role).',
    `Sellers who sign in have ${codes(SELLER_SCOPES)}; a buyer’s link has ${codes(LINK_SCOPES)}.`,
    '## Routes',
    table(heads, capabilities.filter((one) => !isAction(one)).map(rowOf)),
    '## Actions on an order',
    'Whether an action is possible now is said by [the states of an order](state-machine.md).',
    table(heads, capabilities.filter(isAction).map(rowOf)),
  );
}
