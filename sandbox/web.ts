import qs from 'qs';
import { ControlFailure } from './control/failure.ts';
import { type ControlHandler, controlRoutes } from './control/routes.ts';
import type { Match } from './http/router.ts';
import { Router } from './http/router.ts';
import { type Answer, type Call, json } from './http/server.ts';
import { authenticationPage, checkoutPage } from './pages/checkout.ts';
import { faultsPage } from './pages/faults.ts';
import { failurePage } from './pages/layout.ts';
import { inboxPage, mailPage } from './pages/mail.ts';
import { overviewPage } from './pages/overview.ts';
import { parcelPage, parcelsPage } from './pages/parcels.ts';
import { paymentPage, paymentsPage } from './pages/payments.ts';
import { webhooksPage } from './pages/webhooks.ts';
import type { Parts } from './parts.ts';
import { ShippoFailure } from './shippo/errors.ts';
import { StripeFailure } from './stripe/errors.ts';

type Params = Readonly<Record<string, string>>;
type PageHandler = (
  parts: Parts,
  params: Params,
  query: URLSearchParams,
) => Answer | undefined | Promise<Answer | undefined>;

const pageRoutes = (): Router<PageHandler> =>
  new Router<PageHandler>()
    .on('GET /', (parts) => overviewPage(parts))
    .on('GET /payments', (parts) => paymentsPage(parts))
    .on('GET /payments/:id', (parts, { id = '' }) => paymentPage(parts, id))
    .on('GET /parcels', (parts) => parcelsPage(parts))
    .on('GET /parcels/:carrier/:number', (parts, { carrier = '', number = '' }) => parcelPage(parts, carrier, number))
    .on('GET /mail', (parts, _params, query) => inboxPage(parts, query.get('to') || undefined))
    .on('GET /mail/:id', (parts, { id = '' }) => mailPage(parts, id))
    .on('GET /webhooks', (parts) => webhooksPage(parts))
    .on('GET /faults', (parts) => faultsPage(parts))
    .on('GET /checkout/:id', (parts, { id = '' }) => checkoutPage(parts, id))
    .on('GET /authenticate/:id', (parts, { id = '' }) => authenticationPage(parts, id));

const isForm = (call: Call): boolean =>
  (call.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

function inputOf(call: Call): unknown {
  if (call.body.length === 0) return {};
  const text = call.body.toString('utf8');
  if (isForm(call)) return qs.parse(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlFailure(400, 'The body is not JSON.');
  }
}

/** A page elsewhere must not drive the sandbox through somebody's browser: only loopback names, and only from itself. */
function checkOrigin(call: Call): void {
  const host = call.headers.host ?? '';
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) {
    throw new ControlFailure(403, 'The sandbox answers on 127.0.0.1 only.');
  }
  const origin = call.headers.origin;
  if (call.method === 'POST' && origin !== undefined && origin !== `http://${host}`) {
    throw new ControlFailure(403, 'The sandbox takes forms from its own pages only.');
  }
}

/** The page the form was on, or the one a control call leads to. */
function backTo(call: Call, result: unknown): string {
  if (typeof result === 'object' && result !== null && 'redirect' in result && typeof result.redirect === 'string') {
    return result.redirect;
  }
  const referer = call.headers.referer;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).pathname : '/';
}

function refusalOf(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof ControlFailure) return { status: error.status, message: error.message };
  if (error instanceof StripeFailure) return { status: error.status, message: error.message };
  if (error instanceof ShippoFailure) return { status: error.status, message: JSON.stringify(error.body) };
  throw error;
}

/** Serves the pages and the control API. */
export class Web {
  readonly #parts: Parts;
  readonly #pages = pageRoutes();
  readonly #control = controlRoutes();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async respond(call: Call): Promise<Answer> {
    const control = this.#control.match(call.method, call.path);
    try {
      checkOrigin(call);
      if (control !== undefined) return await this.#do(call, control);
      const match = this.#pages.match(call.method, call.path);
      const found = await match?.route.handler(this.#parts, match.params, new URLSearchParams(call.query));
      if (found !== undefined) return found;
      return call.path.startsWith('/_sandbox')
        ? json(404, {
            error: `No control call ${call.method} ${call.path}; there are ${this.#control.names().join(', ')}`,
          })
        : failurePage(404, 'There is no such page.', '/');
    } catch (error) {
      const { status, message } = refusalOf(error);
      return isForm(call) ? failurePage(status, message, backTo(call, undefined)) : json(status, { error: message });
    }
  }

  async #do(call: Call, { route, params }: Match<ControlHandler>): Promise<Answer> {
    const result = await route.handler({
      parts: this.#parts,
      id: params['id'] ?? '',
      query: new URLSearchParams(call.query),
      input: inputOf(call),
    });
    if (call.method === 'POST') this.#parts.changed();
    if (isForm(call)) return { status: 303, headers: { location: backTo(call, result) } };
    return json(200, result ?? {});
  }
}
