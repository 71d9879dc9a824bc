import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import {
  ConfirmProposal,
  DeclineProposal,
  EXPIRES_IN_MS,
  ListProposals,
  PrepareAction,
  type ProposalView,
  type WouldChange,
} from '../contracts/proposals.ts';
import { claimAnswer, saveAnswer, savedAnswer } from '../db/intake.ts';
import { readOrder } from '../db/order-reader.ts';
import {
  claimProposal,
  declineProposal,
  findProposal,
  insertProposal,
  listProposals,
  markConfirmed,
  markVoid,
  type NewProposal,
  type Person,
  type ProposalRow,
  releaseProposal,
} from '../db/proposals.ts';
import type { Role } from '../domain/order.ts';
import { waitingIn } from '../domain/waits.ts';
import { hasScope, type Principal, permit, principalOf, requires } from './access.ts';
import { type Asked, conflictOf, onceOnly } from './actions.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { decide, wouldChange } from './decision.ts';
import { digestOf, idempotencyKeyOf } from './idempotency.ts';
import { numberFrom, showOrder } from './orders.ts';
import { HttpProblem } from './problem.ts';

/**
 * Actions that are prepared, by an agent or by a person, and confirmed by a person before they happen (SPEC.md §5). To prepare
 * decides and records nothing on the order; to confirm is the action itself, for the version that was shown.
 */

const PEOPLE: readonly Role[] = ['owner', 'staff'];

const PERSONAL = ['address', 'body'];

/** Who may not read orders is not shown the buyer's address, or what is written to them, in a proposal either. */
const fieldsFor = ({ fields }: ProposalRow, principal: Principal) =>
  hasScope(principal, 'orders:read')
    ? fields
    : Object.fromEntries(Object.entries(fields).filter(([name]) => !PERSONAL.includes(name)));

const SECRET = ['redemption_code', 'delivery_notes'];

/** What is prepared is kept and shown, so a code is given by the person who records the delivery. */
function refuseSecrets(fields: Readonly<Record<string, unknown>>): void {
  const found = SECRET.filter((name) => name in fields);
  if (found.length === 0) return;
  const errors = found.map((field) => ({ field, message: 'cannot be prepared: it is given with the action itself' }));
  throw new HttpProblem('invalid_fields', { errors });
}

const who = (role: Role | null, id: string | null, name: string | null) =>
  role === null || id === null ? null : { role, id, name };

/** One that was kept by an earlier release says what it waits for in a sentence only. */
const shownChange = (kept: WouldChange): WouldChange => ({
  ...kept,
  waits_for: { ...kept.waits_for, waiting: waitingIn(kept.waits_for.to) },
});

const proposalView = (row: ProposalRow, principal: Principal): ProposalView => ({
  id: row.id,
  order: row.orderNumber,
  order_version: row.orderVersion,
  action: row.action,
  fields: fieldsFor(row, principal),
  reason: row.reason,
  would_change: shownChange(row.wouldChange as WouldChange),
  status: row.status,
  prepared_by: { role: row.preparedRole, id: row.preparedBy, name: row.preparedName },
  confirmed_by: who(row.confirmedRole, row.confirmedBy, row.confirmedName),
  declined_by: who(row.declinedRole, row.declinedBy, row.declinedName),
  note: row.note,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  decided_at: row.decidedAt?.toISOString() ?? null,
});

/** Programs see what they have prepared themselves: a person's proposal may hold what is for staff only. */
const seenBy = (principal: Principal): string | undefined =>
  PEOPLE.includes(principal.role) ? undefined : principal.keyId;

async function known({ db }: ApiContext, id: string, principal: Principal): Promise<ProposalRow> {
  const row = await findProposal(db, id);
  const only = seenBy(principal);
  if (row === null || (only !== undefined && row.preparedBy !== only))
    throw new HttpProblem('not_found', { detail: `There is no proposal ${JSON.stringify(id.slice(0, 100))}.` });
  return row;
}

async function prepare(
  context: ApiContext,
  number: string,
  asked: PrepareAction,
  principal: Principal,
  id: string,
): Promise<ProposalView> {
  const record = await readOrder(context.db, number);
  if (record === null) throw new HttpProblem('order_not_found');
  refuseSecrets(asked.fields);
  const { order } = record;
  const { action, fields, reason, expires_in: expiresIn = EXPIRES_IN_MS } = asked;
  const staff: Principal = { ...principal, role: 'staff', seller: null, actor: { role: 'staff', id: principal.keyId } };
  const { given, changes } = await decide(context.db, record, { number, action, body: fields, principal: staff });
  const createdAt = new Date();
  const proposal: NewProposal = {
    id,
    orderNumber: number,
    orderVersion: order.version,
    action,
    fields: given,
    reason,
    wouldChange: wouldChange(order, changes),
    preparedBy: { role: principal.role, id: principal.keyId },
    createdAt,
    expiresAt: new Date(createdAt.getTime() + expiresIn),
  };
  await insertProposal(context.db, proposal);
  return proposalView(await known(context, id, principal), principal);
}

/** A repeated request finds the proposal of the first one by its id. */
async function prepareOnce(
  context: ApiContext,
  number: string,
  asked: PrepareAction,
  principal: Principal,
  key: string | null,
): Promise<{ body: unknown; replayed: boolean }> {
  if (key === null) {
    const id = `prop_${randomBytes(12).toString('hex')}`;
    return { body: await prepare(context, number, asked, principal, id), replayed: false };
  }
  const requestHash = digestOf('proposal', number, asked);
  const claimed = await claimAnswer(context.db, principal.keyId, key, requestHash);
  if (claimed.requestHash !== requestHash) throw new HttpProblem('idempotency_key_reused');
  if (claimed.body !== null) return { body: claimed.body, replayed: true };
  const id = `prop_${digestOf('proposal', principal.keyId, key).slice(0, 24)}`;
  const body = await prepare(context, number, asked, principal, id);
  await saveAnswer(context.db, principal.keyId, key, body);
  return { body, replayed: false };
}

/** The key under which the answer is kept. The space in it keeps it apart from the keys of callers, which have none. */
const answerKeyOf = (id: string): string => `proposal ${id}`;

async function voidProblem({ db }: ApiContext, number: string, principal: Principal): Promise<HttpProblem> {
  const record = await readOrder(db, number);
  return new HttpProblem('proposal_void', record === null ? {} : conflictOf(record.order, principal));
}

async function finish(context: ApiContext, row: ProposalRow, person: Person, principal: Principal) {
  const { db } = context;
  const confirmer: Principal = { ...principal, keyId: person.id, role: person.role, seller: null, actor: person };
  const body = { ...row.fields, expected_version: row.orderVersion };
  const asked: Asked = { number: row.orderNumber, action: row.action, body, principal: confirmer };
  try {
    const { body: order } = await onceOnly(context, asked, answerKeyOf(row.id));
    await markConfirmed(db, row.id, person);
    return order;
  } catch (error) {
    const { code, status } = error instanceof HttpProblem ? error.problem : { code: null, status: 422 };
    if (code === 'version_conflict') {
      await markVoid(db, row.id);
      throw await voidProblem(context, row.orderNumber, principal);
    }
    // Without an answer of the engine it is unknown whether it was done; the same person's confirmation is to be asked for again.
    if (status < 500 || code === 'gateway_unavailable') await releaseProposal(db, row.id);
    throw error;
  }
}

async function confirm(
  context: ApiContext,
  row: ProposalRow,
  principal: Principal,
): Promise<[order: unknown, replayed: boolean]> {
  const { db } = context;
  if (row.status === 'void') throw await voidProblem(context, row.orderNumber, principal);
  if (row.status === 'confirmed') {
    const saved = await savedAnswer(db, row.confirmedBy ?? '', answerKeyOf(row.id));
    return [saved ?? (await showOrder(context, row.orderNumber, principal)), true];
  }
  if (row.status !== 'open') throw new HttpProblem('proposal_closed', { detail: `The proposal is ${row.status}.` });
  const person = await claimProposal(db, row.id, { role: principal.role, id: principal.keyId });
  // Decided between the two statements: it is not open any more.
  if (person === null) return confirm(context, await known(context, row.id, principal), principal);
  return [await finish(context, row, person, principal), false];
}

async function decline(context: ApiContext, row: ProposalRow, principal: Principal, note: string | null) {
  const person = { role: principal.role, id: principal.keyId };
  if (row.status === 'declined') return;
  if (row.status === 'open' && (await declineProposal(context.db, row.id, person, note))) return;
  const { status } = await known(context, row.id, principal);
  if (status === 'declined') return;
  const detail = status === 'open' ? 'The proposal is being confirmed.' : `The proposal is ${status}.`;
  throw new HttpProblem('proposal_closed', { detail });
}

/** POST /v1/orders/{number}/proposals */
export function orderProposalsRouter(context: ApiContext): Router {
  const router = Router();
  router.post('/:number/proposals', requires('proposals.create'), async (request, response) => {
    const principal = principalOf(response.locals);
    const number = numberFrom(request.params['number']);
    const asked = PrepareAction.parse(request.body ?? {});
    const { body, replayed } = await prepareOnce(context, number, asked, principal, idempotencyKeyOf(request));
    const { id } = body as ProposalView;
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.status(201).location(`/v1/proposals/${id}`).json(body);
  });
  return router;
}

export function proposalsRouter(context: ApiContext): Router {
  const router = Router();
  router.get('/', requires('proposals.read'), async (request, response) => {
    const principal = principalOf(response.locals);
    const asked = ListProposals.parse(request.query);
    const preparedBy = seenBy(principal);
    const page = await readPage({
      list: 'proposals',
      ...asked,
      read: (after, limit) => listProposals(context.db, { ...asked, preparedBy, after, limit }),
      keyOf: (row) => [row.createdAt.toISOString(), row.id],
      view: (row) => proposalView(row, principal),
    });
    response.json(page);
  });
  router.get('/:id', requires('proposals.read'), async (request, response) => {
    const principal = principalOf(response.locals);
    response.json(proposalView(await known(context, String(request.params['id']), principal), principal));
  });

  /** The proposal a person decides about, who needs the scope of its action. */
  const decided = async (id: unknown, locals: Express.Locals) => {
    const principal = principalOf(locals);
    const row = await known(context, String(id), principal);
    locals.audited = {
      object: row.orderNumber,
      before: { version: row.orderVersion },
      detail: { proposal: row.id, action: row.action },
    };
    permit(principal, `orders.act.${row.action}`);
    return { row, principal };
  };
  router.post('/:id/confirm', requires('proposals.confirm'), async (request, response) => {
    const { row, principal } = await decided(request.params['id'], response.locals);
    ConfirmProposal.parse(request.body ?? {});
    const [order, replayed] = await confirm(context, row, principal);
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.json({ proposal: proposalView(await known(context, row.id, principal), principal), order });
  });
  router.post('/:id/decline', requires('proposals.decline'), async (request, response) => {
    const { row, principal } = await decided(request.params['id'], response.locals);
    const { note = null } = DeclineProposal.parse(request.body ?? {});
    await decline(context, row, principal, note);
    response.json(proposalView(await known(context, row.id, principal), principal));
  });
  return router;
}
