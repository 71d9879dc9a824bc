import { type Request, Router } from 'express';
import { toMajor } from '../contracts/money.ts';
import type { WouldChange } from '../contracts/proposals.ts';
import type { Db } from '../db/database.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import { decideAction } from '../domain/decide.ts';
import { waitForOutsiders } from '../domain/disclosure.ts';
import type { ActionFields } from '../domain/guards.ts';
import type { Order } from '../domain/order.ts';
import { type Changes, changesOf } from '../domain/proposals.ts';
import { WAITS, waitingIn } from '../domain/waits.ts';
import { type Principal, principalOf, requires } from './access.ts';
import { type Asked, actionFrom, bodyFrom, fieldsOf, problemOfRefusal, refuseAtTheDoor } from './actions.ts';
import type { ApiContext } from './context.ts';
import { numberFrom, orderFor } from './orders.ts';

/** What an action would do, decided on the order as it is, and not done: shown before a person confirms it. */

export function wouldChange({ currency }: Order, changes: Changes): WouldChange {
  const { status, paymentStatus, waitsFor, facts, money, stock, parcels } = changes;
  return {
    status,
    payment_status: paymentStatus,
    waits_for: { ...waitsFor, waiting: waitingIn(waitsFor.to) },
    facts: [...facts],
    money: {
      currency,
      refund: toMajor(money.refund, currency),
      released: toMajor(money.released, currency),
      credit: toMajor(money.credit, currency),
    },
    stock: [...stock],
    parcels: [...parcels],
  };
}

/** What stands for personal data in a decision that is not recorded. */
const STAGED = '00000000-0000-0000-0000-000000000000';

/** What staff would get for this action now; throws the problem that they would get. */
export async function decide(db: Db, record: OrderRecord, asked: Asked, own: ActionFields = {}) {
  const { order } = record;
  const { action, principal } = asked;
  const { expected_version: expectedVersion, ...given } = bodyFrom(asked);
  const fields = { ...(await fieldsOf({ db }, record, asked, given)), ...own };
  refuseAtTheDoor(order, asked, fields, expectedVersion ?? null);
  const staged = {
    ...(given.address === undefined ? {} : { staged_address: STAGED }),
    ...(given.body === undefined ? {} : { staged_message: STAGED }),
    ...((given.redemption_code ?? given.delivery_notes) === undefined ? {} : { staged_instructions: STAGED }),
  };
  const request = { action, actor: principal.actor, fields: { ...fields, ...staged } };
  const decided = decideAction(order, request, Date.now());
  if (!decided.ok) throw problemOfRefusal(order, principal, decided.refusal);
  return { given, changes: changesOf(order, decided.order, decided.facts) };
}

/** What a buyer or a seller may read of it: as of the order itself, nothing of what staff or other sellers do. */
function forOutsiders(order: Order, shown: WouldChange, { role, seller }: Principal): WouldChange {
  if (role !== 'customer' && role !== 'seller') return shown;
  const facts = shown.facts.map(({ type }) => ({ type, reason: null }));
  const wait = (text: string): string => (role === 'seller' ? WAITS.nothing : waitForOutsiders(text));
  const from = wait(shown.waits_for.from);
  const to = wait(shown.waits_for.to);
  const outside = { ...shown, facts, waits_for: { from, to, waiting: waitingIn(to) } };
  if (role === 'customer') return { ...outside, stock: [] };
  const own = new Set(order.fulfilments.filter((one) => one.seller === seller).map(({ id }) => id));
  const nothing = toMajor(0, order.currency);
  return {
    ...outside,
    payment_status: null,
    money: { currency: order.currency, refund: nothing, released: nothing, credit: nothing },
    stock: [],
    parcels: shown.parcels.filter(({ id }) => own.has(id)),
  };
}

/** Routes of `/v1/orders`: the answer to an action, were it asked for now. Refused as the action itself would be. */
export function previewsRouter({ db }: ApiContext): Router {
  const router = Router();
  const actionIn = ({ params }: Request) => actionFrom(params['action']);
  const guard = requires((request) => `orders.act.${actionIn(request)}`);
  router.post('/:number/actions/:action/preview', guard, async (request, response) => {
    const principal = principalOf(response.locals);
    const number = numberFrom(request.params['number']);
    const action = actionIn(request);
    const record = await orderFor(db, number, principal);
    const { order } = record;
    const own = principal.role === 'seller' && principal.seller !== null ? { seller: principal.seller } : {};
    const { changes } = await decide(db, record, { number, action, body: request.body, principal }, own);
    response.json({
      version: order.version,
      would_change: forOutsiders(order, wouldChange(order, changes), principal),
    });
  });
  return router;
}
