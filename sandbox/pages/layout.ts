import type { Answer } from '../http/server.ts';
import { decimalsOf } from '../stripe/currencies.ts';
import { Html, html } from './html.ts';

const STYLE = `
:root{color-scheme:light dark;--line:light-dark(#d8dce3,#3a404a);--soft:light-dark(#f5f6f8,#20242b);--ink:light-dark(#1c2430,#e6e9ee);
--dim:light-dark(#5d6877,#9aa4b2);--accent:light-dark(#0b5cad,#7db7f5);--good:light-dark(#1a7f4b,#62c890);--bad:light-dark(#b3261e,#f28b82)}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:light-dark(#fff,#15181d)}
header{border-bottom:1px solid var(--line);padding:.6rem 1.5rem;display:flex;gap:1.25rem;align-items:baseline;flex-wrap:wrap}
header strong{font-size:1.05rem}header nav{display:flex;gap:1rem;flex-wrap:wrap}a{color:var(--accent)}nav a{text-decoration:none}
nav a[aria-current]{color:var(--ink);font-weight:600}main{max-width:70rem;margin:1.5rem auto;padding:0 1.5rem}
h1{font-size:1.35rem;margin:.2rem 0 1rem}h2{font-size:1.05rem;margin:2rem 0 .6rem}p.hint,.dim{color:var(--dim)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--dim);font-size:.85rem}td.number{text-align:right;white-space:nowrap}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
form{display:flex;gap:.6rem;flex-wrap:wrap;align-items:end;margin:.5rem 0}form.inline{display:inline-flex;margin:0 .35rem .35rem 0}
label{display:flex;flex-direction:column;font-size:.85rem;color:var(--dim);gap:.15rem}
input,select,button{font:inherit;color:var(--ink);background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.35rem .6rem;max-width:100%}
button{cursor:pointer}button.primary{background:var(--accent);border-color:var(--accent);color:light-dark(#fff,#10151c)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.card{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.25rem;margin:1rem 0}.narrow{max-width:32rem;margin:2rem auto}
.good{color:var(--good)}.bad{color:var(--bad)}dl{display:grid;margin:.5rem 0;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:32rem;border:1px solid var(--line);border-radius:.4rem;background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);padding:.8rem;border-radius:.4rem}
`;

const SECTIONS = [
  ['/', 'Overview'],
  ['/payments', 'Payments'],
  ['/parcels', 'Parcels'],
  ['/mail', 'Mail'],
  ['/webhooks', 'Webhooks'],
  ['/faults', 'Faults'],
] as const;

const document = (title: string, head: Html, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sandbox</title>
${head}
</head>
<body>
${body}
</body>
</html>
`.text;

/** Nothing runs and nothing is fetched on these pages; a mail's HTML is shown in a sandboxed frame of the same policy. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

const style = html`<style>${new Html(STYLE)}</style>`;

const answer = (status: number, body: string): Answer => ({ status, headers: HEADERS, body });

/** A page of the operator's side, with the navigation. `refresh` reloads it every so many seconds. */
export function page(title: string, current: string, content: Html, refresh?: number): Answer {
  const links = SECTIONS.map(
    ([path, name]) => html`<a href="${path}" ${path === current ? html`aria-current="page"` : ''}>${name}</a>`,
  );
  const head = html`${style}${refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${refresh}">`}`;
  const body = html`<header><strong>Sandbox</strong><nav aria-label="Sections">${links}</nav><span class="dim">Nothing here is real: no money moves, no parcel ships.</span></header>
<main><h1>${title}</h1>${content}</main>`;
  return answer(200, document(title, head, body));
}

/** A page the buyer sees, without the navigation. */
export function buyerPage(title: string, content: Html): Answer {
  return answer(200, document(title, style, html`<main class="narrow"><h1>${title}</h1>${content}</main>`));
}

export const failurePage = (status: number, message: string, back: string): Answer =>
  answer(
    status,
    document(
      'Not done',
      style,
      html`<main class="narrow"><h1>Not done</h1><p class="bad">${message}</p><p><a href="${back}">Back</a></p></main>`,
    ),
  );

/** A table with these headings; a row is a list of cells. */
export function table(headings: readonly string[], rows: readonly (readonly (Html | string)[])[], empty: string): Html {
  if (rows.length === 0) return html`<p class="dim">${empty}</p>`;
  const head = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  const body = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A button that makes one control call and comes back to the page. */
export function action(path: string, name: string, fields: Readonly<Record<string, string>> = {}): Html {
  const hidden = Object.entries(fields).map(
    ([key, value]) => html`<input type="hidden" name="${key}" value="${value}">`,
  );
  return html`<form class="inline" method="post" action="${path}">${hidden}<button>${name}</button></form>`;
}

/** `amount` in Stripe's unit. */
export function money(amount: number, currency: string): string {
  const digits = decimalsOf(currency);
  const places = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase(), ...places });
  return format.format(amount / 10 ** digits);
}

export const time = (iso: string): Html => html`<time datetime="${iso}">${iso.replace('T', ' ').slice(0, 19)}</time>`;

export const unixTime = (seconds: number): Html => time(new Date(seconds * 1000).toISOString());
