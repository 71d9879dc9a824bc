import type { Observer } from '../exchange.ts';
import { type Fault, type Faults, sleep } from '../faults.ts';
import { Router } from '../http/router.ts';
import { type Answer, type Call, json } from '../http/server.ts';
import { createAddress, type Fields, requireAddress, validateAddress } from './addresses.ts';
import { ShippoFailure } from './errors.ts';
import { labelPdf } from './labels.ts';
import { requireRate } from './rates.ts';
import { createLabelRefund, listLabelRefunds, refusedLabelRefund, requireLabelRefund } from './refunds.ts';
import { createShipment, isFields, requireShipment, wayOf } from './shipments.ts';
import { createTrack, getTrack } from './tracks.ts';
import { createTransaction, failedTransaction, listTransactions, requireLabel } from './transactions.ts';
import { createWebhook, deleteWebhook, listWebhooks, requireWebhook, updateWebhook } from './webhook-registrations.ts';
import type { ShippoWorld } from './world.ts';

interface Request {
  readonly params: Readonly<Record<string, string>>;
  readonly fields: Fields;
  readonly query: URLSearchParams;
}

interface ShippoRoute {
  /** The only success code the SDK accepts for the call. */
  readonly status: number;
  readonly run: (world: ShippoWorld, request: Request) => object;
}

const answering = (status: number, run: ShippoRoute['run']): ShippoRoute => ({ status, run });
const byId =
  (find: (world: ShippoWorld, id: string) => object): ShippoRoute['run'] =>
  (world, { params }) =>
    find(world, params['id'] ?? '');
const create =
  (make: (world: ShippoWorld, fields: Fields) => object): ShippoRoute['run'] =>
  (world, { fields }) =>
    make(world, fields);

const rates = (world: ShippoWorld, id: string, currency: string | undefined) => {
  const all = requireShipment(world, id).rates;
  const results = currency === undefined ? all : all.filter((rate) => rate.currency === currency.toUpperCase());
  return { next: null, previous: null, results };
};

const shippoRoutes = (): Router<ShippoRoute> =>
  new Router<ShippoRoute>()
    .on('POST /addresses', answering(201, create(createAddress)))
    .on('GET /addresses/:id', answering(200, byId(requireAddress)))
    .on('GET /addresses/:id/validate', answering(200, byId(validateAddress)))
    .on('POST /shipments', answering(201, create(createShipment)))
    .on('GET /shipments/:id', answering(200, byId(requireShipment)))
    .on(
      'GET /shipments/:id/rates',
      answering(200, (world, { params }) => rates(world, params['id'] ?? '', undefined)),
    )
    .on(
      'GET /shipments/:id/rates/:currency',
      answering(200, (world, { params }) => rates(world, params['id'] ?? '', params['currency'])),
    )
    .on('GET /rates/:id', answering(200, byId(requireRate)))
    .on('POST /transactions', answering(201, create(createTransaction)))
    .on(
      'GET /transactions',
      answering(200, (world, { query }) => listTransactions(world, query)),
    )
    .on(
      'GET /transactions/:id',
      answering(
        200,
        byId((world, id) => requireLabel(world, id).transaction),
      ),
    )
    .on('POST /refunds', answering(201, create(createLabelRefund)))
    .on(
      'GET /refunds',
      answering(200, (world) => listLabelRefunds(world)),
    )
    .on('GET /refunds/:id', answering(200, byId(requireLabelRefund)))
    .on('POST /tracks', answering(200, create(createTrack)))
    .on(
      'GET /tracks/:carrier/:number',
      answering(200, (world, { params }) => getTrack(world, params['carrier'] ?? '', params['number'] ?? '')),
    )
    .on('POST /webhooks', answering(201, create(createWebhook)))
    .on(
      'GET /webhooks',
      answering(200, (world) => listWebhooks(world)),
    )
    .on('GET /webhooks/:id', answering(200, byId(requireWebhook)))
    .on(
      'PUT /webhooks/:id',
      answering(200, (world, { params, fields }) => updateWebhook(world, params['id'] ?? '', fields)),
    )
    .on(
      'DELETE /webhooks/:id',
      answering(204, (world, { params }) => {
        deleteWebhook(world, params['id'] ?? '');
        return {};
      }),
    );

function checkToken(header: string | undefined): void {
  if (/^ShippoToken shippo_test_\w+$/.test(header ?? '')) return;
  const detail = /_live_/.test(header ?? '')
    ? 'The sandbox takes test tokens only: a live token must never be sent to it.'
    : 'Invalid token';
  throw new ShippoFailure(401, { detail });
}

function fieldsOf(call: Call): Fields {
  if (call.body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(call.body.toString('utf8'));
    if (isFields(parsed)) return parsed;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw new ShippoFailure(400, { detail: 'JSON parse error: the body must be a JSON object.' });
}

/** The imitated api.goshippo.com. */
export class ShippoApi {
  readonly routes = shippoRoutes();
  readonly #world: ShippoWorld;
  readonly #faults: Faults;
  readonly #changed: () => void;
  readonly #observe: Observer | undefined;

  constructor(world: ShippoWorld, faults: Faults, changed: () => void, observe: Observer | undefined) {
    this.#world = world;
    this.#faults = faults;
    this.#changed = changed;
    this.#observe = observe;
  }

  async respond(call: Call): Promise<Answer | undefined> {
    if (call.method === 'GET' && call.path.startsWith('/labels/')) return this.#label(call.path);
    const match = this.routes.match(call.method, call.path);
    if (match === undefined) return json(404, { detail: 'Not found.' });
    const { name, handler } = match.route;
    const fault = this.#faults.take('shippo', name, () => `${call.path}\n${call.body.toString('utf8')}`);
    if (fault?.kind === 'drop') return call.hangUp() as undefined;
    if (fault?.kind === 'delay') await sleep(fault.delay_ms ?? 1000);
    const answer = this.#run(call, handler, match.params, fault);
    if (fault?.kind === 'timeout_after_effect') {
      if (fault.delay_ms !== undefined) await sleep(fault.delay_ms);
      return call.hangUp() as undefined;
    }
    this.#observe?.({
      service: 'shippo',
      method: call.method,
      path: call.query === '' ? call.path : `${call.path}?${call.query}`,
      route: name,
      requestBody: call.body.toString('utf8'),
      status: answer.status,
      responseBody: String(answer.body ?? ''),
    });
    return answer;
  }

  #run(call: Call, route: ShippoRoute, params: Request['params'], fault: Fault | undefined): Answer {
    try {
      checkToken(call.headers.authorization);
      const fields = fieldsOf(call);
      if (fault?.kind === 'error') {
        const status = fault.status ?? 500;
        if (status === 201) {
          const refuse = call.path.endsWith('/refunds') ? refusedLabelRefund : failedTransaction;
          return json(201, refuse(this.#world, fields));
        }
        return json(status, { detail: `Injected by the sandbox: ${status}` });
      }
      const body = route.run(this.#world, { params, fields, query: new URLSearchParams(call.query) });
      if (call.method !== 'GET') this.#changed();
      return route.status === 204 ? { status: 204 } : json(route.status, body);
    } catch (error) {
      if (error instanceof ShippoFailure) return json(error.status, error.body);
      throw error;
    }
  }

  /** The label itself, which anyone with its address may fetch, as at the vendor. */
  #label(path: string): Answer {
    const id = path.slice('/labels/'.length).replace(/\.pdf$/, '');
    const label = this.#world.store.labels.get(id);
    if (label === undefined || label.transaction.tracking_number === '') return json(404, { detail: 'Not found.' });
    const { transaction } = label;
    const shipment = this.#world.store.shipments.get(this.#world.store.rates.get(label.rateId)?.shipment ?? '');
    const to = shipment === undefined ? undefined : wayOf(shipment).to;
    const body = labelPdf([
      'SANDBOX LABEL - NOT FOR SHIPPING',
      `${label.carrier} ${String(transaction.tracking_number)}`,
      to?.name ?? '',
      [to?.street1, to?.street2].filter(Boolean).join(', '),
      [to?.zip, to?.city, to?.state, to?.country].filter(Boolean).join(' '),
      transaction.metadata ?? '',
    ]);
    return { status: 200, headers: { 'content-type': 'application/pdf' }, body };
  }
}
