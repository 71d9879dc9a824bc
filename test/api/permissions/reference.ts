/**
 * Who may do what, written by hand and read by the tests alone: if the product's table is wrong, it differs from this one.
 * Letters: o owner, s staff, p service (a program), a agent, e seller, c customer's key, l buyer's link.
 */

export const LETTERS = {
  o: 'owner',
  s: 'staff',
  p: 'service',
  a: 'agent',
  e: 'seller',
  c: 'customer',
  l: 'link',
} as const;
export type Letter = keyof typeof LETTERS;

export type Row = readonly [method: string, path: string, scopes: readonly string[], who: string, by?: 'in person'];

/** `{order}` is filled in; nothing that is sent changes anything. */
export const ROUTES: readonly Row[] = [
  ['GET', '/v1/me', [], 'ospaecl'],
  ['POST', '/v1/orders', ['orders:create'], 'ospc'],
  ['GET', '/v1/orders', ['orders:read'], 'ospaec'],
  ['GET', '/v1/orders/{order}', ['orders:read'], 'ospaecl'],
  ['GET', '/v1/orders/{order}/delivery-instructions', ['orders:codes'], 'ospcl'],
  ['POST', '/v1/orders/{order}/links', ['orders:link'], 'osp'],
  ['POST', '/v1/orders/{order}/proposals', ['proposals:create'], 'osa'],
  ['GET', '/v1/proposals', ['proposals:read'], 'ospa'],
  ['GET', '/v1/proposals/prop_0', ['proposals:read'], 'ospa'],
  ['POST', '/v1/proposals/prop_0/confirm', [], 'os', 'in person'],
  ['POST', '/v1/proposals/prop_0/decline', [], 'os'],
  ['GET', '/v1/exceptions', ['exceptions:read'], 'ospa'],
  ['GET', '/v1/exceptions/statistics', ['exceptions:read'], 'ospa'],
  ['GET', '/v1/exceptions/{order}%2Fx9', ['exceptions:read'], 'ospa'],
  ['POST', '/v1/exceptions/resolve', ['exceptions:resolve'], 'osp'],
  ['POST', '/v1/exceptions/{order}%2Fx9/claim', ['exceptions:resolve'], 'osp'],
  ['POST', '/v1/exceptions/{order}%2Fx9/release', ['exceptions:resolve'], 'osp'],
  ['POST', '/v1/exceptions/{order}%2Fx9/resolve', ['exceptions:resolve'], 'osp'],
  ['POST', '/v1/exceptions/{order}%2Fx9/reopen', ['exceptions:resolve'], 'osp'],
  ['GET', '/v1/calls', ['orders:read'], 'ospa'],
  ['GET', '/v1/stores', ['policies:read'], 'ospa'],
  ['GET', '/v1/stores/main', ['policies:read'], 'ospa'],
  ['GET', '/v1/stores/main/policy/history', ['policies:read'], 'ospa'],
  ['PUT', '/v1/stores/main/policy', ['policies:write'], 'osp'],
  ['GET', '/v1/emails/previews', ['policies:read'], 'ospa'],
  ['GET', '/v1/emails/previews/confirmation', ['policies:read'], 'ospa'],
  ['GET', '/v1/products', ['catalogue:read'], 'ospaec'],
  ['GET', '/v1/products/MUG', ['catalogue:read'], 'ospaec'],
  ['PUT', '/v1/products/MUG', ['catalogue:write'], 'osp'],
  ['GET', '/v1/locations', ['catalogue:read'], 'ospa'],
  ['GET', '/v1/locations/WEST', ['catalogue:read'], 'ospa'],
  ['PUT', '/v1/locations/WEST', ['catalogue:write'], 'osp'],
  ['GET', '/v1/inventory', ['inventory:read'], 'ospa'],
  ['GET', '/v1/inventory/alerts', ['inventory:read'], 'ospa'],
  ['GET', '/v1/inventory/MUG/movements', ['inventory:read'], 'ospa'],
  ['POST', '/v1/inventory/adjustments', ['inventory:write'], 'osp'],
  ['PUT', '/v1/inventory/MUG/WEST', ['inventory:write'], 'osp'],
  ['GET', '/v1/people', ['people:read'], 'os'],
  ['PATCH', '/v1/people/user_0', ['people:write'], 'os'],
  ['GET', '/v1/invitations', ['people:read'], 'os'],
  ['POST', '/v1/invitations', ['people:write'], 'os'],
  ['DELETE', '/v1/invitations/inv_0', ['people:write'], 'os'],
  ['GET', '/v1/keys', ['keys:read'], 'os'],
  ['POST', '/v1/keys', ['keys:write'], 'os'],
  ['POST', '/v1/keys/key_0/revoke', ['keys:write'], 'os'],
  ['GET', '/v1/stream', ['orders:read'], 'ospaecl'],
  ['GET', '/v1/orders/export', ['orders:read'], 'osp'],
  ['GET', '/v1/reports/overview', ['orders:read'], 'ospa'],
  ['GET', '/v1/notifications', ['orders:read'], 'ose'],
  ['POST', '/v1/notifications/read', ['orders:read'], 'ose'],
  ['GET', '/v1/views', ['orders:read'], 'os'],
  ['POST', '/v1/views', ['orders:read'], 'os'],
  ['PUT', '/v1/views/view_0', ['orders:read'], 'os'],
  ['DELETE', '/v1/views/view_0', ['orders:read'], 'os'],
  ['POST', '/v1/inventory/import', ['inventory:write'], 'osp'],
  ['GET', '/v1/audit', ['audit:read'], 'o'],
];

/** Every action with a body that is valid, and who may ask for it. */
export const ACTIONS: Readonly<Record<string, readonly [who: string, body: object]>> = {
  confirm: ['os', { payment_reference: 'TRF 1' }],
  cancel: ['oscl', { reason: 'x' }],
  request_cancellation: ['e', { reason: 'x' }],
  ship: ['ose', { carrier: 'DHL', tracking_number: 'JD0147' }],
  mark_delivered: ['ose', { evidence: 'x' }],
  complete: ['os', {}],
  edit_address: [
    'os',
    {
      address: {
        name: 'A',
        line1: '3 Market St',
        city: 'San Francisco',
        region: 'CA',
        postal_code: '94105',
        country: 'US',
      },
    },
  ],
  resolve_exception: ['os', { exception: 'ORD-0000000000/x1', resolution: 'close' }],
  reopen_exception: ['os', { exception: 'ORD-0000000000/x1', note: 'again' }],
  add_note: ['os', { note: 'x' }],
  log_call: ['os', { outcome: 'busy' }],
  approve: ['os', {}],
  reject: ['os', { note: 'x' }],
  hold: ['os', { reason: 'x' }],
  release: ['os', {}],
  acknowledge: ['ose', {}],
  edit_lines: ['os', { add: [{ sku: 'MUG', quantity: 1 }], reason: 'x' }],
  substitute: ['os', { line: 1, sku: 'MUG' }],
  answer_substitution: ['oscl', { accept: true }],
  retry_delivery: ['os', {}],
  resend_instructions: ['os', {}],
  edit_tracking: ['ose', { carrier: 'DHL', tracking_number: 'JD01' }],
  refund: ['os', { refund_reason: 'duplicate' }],
  request_return: ['oscl', { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' }],
  approve_return: ['os', {}],
  receive_return: ['os', {}],
  exchange: ['os', { add: [{ sku: 'MUG', quantity: 1 }] }],
  reship: ['os', { reason: 'x' }],
  file_claim: ['os', { claim_reference: 'CL 1', amount: '1.00' }],
  settle_claim: ['os', { claim_outcome: 'paid' }],
  submit_evidence: ['os', {}],
  accept_dispute: ['os', {}],
  send_message: ['oscle', { body: 'x' }],
};

/** What a person who is a seller may, and the holder of a buyer's link. */
export const SELLER_SCOPES = [
  'orders:read',
  'catalogue:read',
  'orders:ship',
  'orders:edit_tracking',
  'orders:mark_delivered',
  'orders:acknowledge',
  'orders:request_cancellation',
  'orders:send_message',
];
export const LINK_SCOPES = [
  'orders:read',
  'orders:codes',
  'orders:cancel',
  'orders:answer_substitution',
  'orders:request_return',
  'orders:send_message',
];

export type Asker = {
  readonly letter: Letter;
  readonly scopes: readonly string[];
  readonly order: 'own' | 'other';
  readonly hasSignedIn?: true;
};
export type Expected = 'role_not_allowed' | 'scope_missing' | 'order_not_found' | 'through';

const has = (scopes: readonly string[], wanted: readonly string[]): boolean =>
  wanted.length === 0 || scopes.includes('*') || wanted.some((scope) => scopes.includes(scope));
const isHidden = ({ letter, order }: Asker): boolean => order === 'other' && (letter === 'e' || letter === 'l');

export function expectedOfRoute([method, path, wanted, who, by]: Row, asker: Asker): Expected {
  if (!who.includes(asker.letter)) return 'role_not_allowed';
  if (by === 'in person' && asker.hasSignedIn !== true) return 'role_not_allowed';
  if (!has(asker.scopes, wanted)) return 'scope_missing';
  return path.startsWith('/v1/orders/{order}') && method === 'GET' && isHidden(asker) ? 'order_not_found' : 'through';
}

/** An agent is stopped before it is asked which action; of all others, first the scope, then the order, then the role. */
export function expectedOfAction(action: string, asker: Asker): Expected {
  const [who = ''] = ACTIONS[action] ?? [];
  if (asker.letter === 'a') return 'role_not_allowed';
  if (!has(asker.scopes, [`orders:${action}`, 'orders:act'])) return 'scope_missing';
  if (isHidden(asker)) return 'order_not_found';
  return who.includes(asker.letter) ? 'through' : 'role_not_allowed';
}
