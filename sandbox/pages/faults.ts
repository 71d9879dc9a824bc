import { FAULT_KINDS, SERVICES } from '../faults.ts';
import type { Answer } from '../http/server.ts';
import { SMTP_ROUTES } from '../mail/smtp.ts';
import type { Parts } from '../parts.ts';
import { html } from './html.ts';
import { action, page, table } from './layout.ts';

export function faultsPage(parts: Parts): Answer {
  const rows = parts.faults
    .list()
    .map((fault) => [
      fault.service,
      fault.route ?? 'any call',
      fault.kind,
      String(fault.left),
      fault.status === undefined ? '' : String(fault.status),
      fault.delay_ms === undefined ? '' : `${fault.delay_ms} ms`,
      fault.match ?? '',
    ]);
  const routes = [...parts.stripeApi.routes.names(), ...parts.shippoApi.routes.names(), ...SMTP_ROUTES];
  const options = (values: readonly string[]) => values.map((value) => html`<option>${value}</option>`);
  const body = html`<p class="hint">What the next calls meet. <em>error</em>: refused before anything happens; <em>timeout_after_effect</em>: done, but no answer
comes; <em>delay</em>: answered late; <em>drop</em>: the line goes dead before anything happens.</p>
<form method="post" action="/_sandbox/faults">
<label>Service <select name="service">${options(SERVICES)}</select></label>
<label>Kind <select name="kind">${options(FAULT_KINDS)}</select></label>
<label>Route <input name="route" list="routes" placeholder="any call" size="38"></label><datalist id="routes">${options(routes)}</datalist>
<label>Calls <input name="count" type="number" min="1" value="1"></label>
<label>Status <input name="status" type="number" min="200" max="599" placeholder="500"></label>
<label>Milliseconds <input name="delay_ms" type="number" min="0"></label>
<label>Only with this text <input name="match"></label>
<button class="primary">Arm</button></form>
<h2>Armed</h2>${table(['Service', 'Route', 'Kind', 'Calls left', 'Status', 'Delay', 'Text'], rows, 'None.')}
${rows.length > 0 ? action('/_sandbox/faults/clear', 'Clear all') : ''}`;
  return page('Faults', '/faults', body);
}
