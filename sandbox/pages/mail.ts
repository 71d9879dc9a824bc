import { mail } from '../control/mails.ts';
import type { Answer } from '../http/server.ts';
import type { Parts } from '../parts.ts';
import { html } from './html.ts';
import { action, page, table, time } from './layout.ts';

const SHOWN = 200;

export async function inboxPage(parts: Parts, to: string | undefined): Promise<Answer> {
  const mails = (await parts.inbox.list(to === undefined ? {} : { to })).reverse().slice(0, SHOWN);
  const rows = mails.map((summary) => [
    time(summary.received),
    html`<a href="/mail/${summary.id}">${summary.subject || '(no subject)'}</a>`,
    summary.to.join(', '),
    summary.from,
  ]);
  const body = html`<form method="get" action="/mail"><label>To <input name="to" type="email" value="${to ?? ''}"></label><button>Show</button></form>
${table(['Received', 'Subject', 'To', 'From'], rows, 'No mail yet.')}
${rows.length > 0 ? action('/_sandbox/mail/clear', 'Empty the inbox') : ''}`;
  return page('Mail', '/mail', body, 10);
}

export async function mailPage(parts: Parts, id: string): Promise<Answer | undefined> {
  if (parts.inbox.get(Number(id)) === undefined) return undefined;
  const content = await mail(parts, id);
  const headers = Object.entries(content.headers).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  // The frame may run nothing and fetch nothing; it is shown as it would arrive with remote pictures turned off.
  const frame =
    content.html === ''
      ? html`<p class="dim">The message has no HTML part.</p>`
      : html`<iframe title="The message as HTML" sandbox srcdoc="${content.html}"></iframe>`;
  const body = html`<dl><dt>From</dt><dd>${content.from}</dd><dt>To</dt><dd>${content.to.join(', ')}</dd>
<dt>Received</dt><dd>${time(content.received)}</dd><dt>Message-ID</dt><dd><code>${content.message_id}</code></dd></dl>
<h2>HTML</h2>${frame}
<h2>Text</h2>${content.text === '' ? html`<p class="dim">The message has no text part.</p>` : html`<pre>${content.text}</pre>`}
<h2>Attachments</h2>${table(
    ['Name', 'Type', 'Bytes'],
    content.attachments.map(({ filename, type, bytes }) => [filename, type, String(bytes)]),
    'None.',
  )}
<h2>Headers</h2><dl>${headers}</dl>`;
  return page(content.subject || '(no subject)', '/mail', body);
}
