import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const key = readFileSync('/tmp/dashdev/key','utf8').trim();
const base = process.env.BASE ?? 'http://127.0.0.1:3300';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const axe = readFileSync('node_modules/axe-core/axe.min.js','utf8');
// args: name path [scheme] [width] [lang] [script]
for (const spec of process.argv.slice(2)) {
  const [name, path, scheme='light', width='1360', lang='en', act=''] = spec.split('|');
  const context = await browser.newContext({ viewport: { width: Number(width), height: Number(width) < 600 ? 780 : 900 }, colorScheme: scheme, extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  if (process.env.NO_ME !== '1') await context.route('**/v1/me', (r) => r.fulfill({ json: { id: 'usr_1', kind: 'person', name: 'Ana Silva', email: 'ana@demo-store.example', role: 'owner', scopes: ['*'], seller: null } }));
  await context.addInitScript(`localStorage.setItem('language','${lang}')`);
  const page = await context.newPage();
  page.on('console', (m) => { if (['error','warning'].includes(m.type())) console.log(name, m.type(), m.text().slice(0,300)); });
  page.on('pageerror', (e) => console.log(name, 'pageerror', e.message, (e.stack ?? '').split('\n')[1]));
  await page.goto(base + path);
  await page.waitForTimeout(1500);
  if (act) { await eval(`(async()=>{${act}})()`); await page.waitForTimeout(900); }
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }));
  for (const v of found.violations) console.log(name, 'AXE', v.id, v.impact, v.nodes.length, v.nodes[0].target.join(' '), v.nodes[0].failureSummary?.split('\n')[1]?.slice(0,160));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) console.log(name, 'OVERFLOW', wide);
  await page.screenshot({ path: `/tmp/dashdev/${name}.png`, fullPage: process.env.FULL === '1' });
  await context.close();
}
await browser.close();
