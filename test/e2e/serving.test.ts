import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DASHBOARD_DIST, ensureDashboard } from '../../tools/dashboard.ts';
import { openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
});
afterAll(() => rooms.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(rooms.system.url + path, { headers: { accept: 'text/html', ...headers } });

test('the page comes for every address a person opens, under a strict policy whose nonce is never the same', async () => {
  const [first, second] = [await get('/'), await get('/orders/ORD-AAAAAAAAAA')];
  const policies = [first, second].map((response) => response.headers.get('content-security-policy') ?? '');
  for (const [index, response] of [first, second].entries()) {
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = policies[index] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    const page = await response.text();
    expect(page).toContain(`content="${nonce}"`);
    expect(page).not.toMatch(/<script(?![^>]*src=)|<style| style=| on[a-z]+=/);
  }
  expect(policies[0]).not.toBe(policies[1]);
});

test('programs are never answered with a page', async () => {
  for (const path of ['/v1/nothing', '/assets/gone-1234.js', '/webhooks/nothing']) {
    const response = await get(path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([
      path,
      path.startsWith('/v1') ? 401 : 404,
      'application/problem+json; charset=utf-8',
    ]);
  }
  expect((await get('/anything', { accept: 'application/json' })).status).toBe(404);
});

test('assets are compressed and kept for good; the first page loads less than 250 kB of JavaScript', async () => {
  const { page, context } = await rooms.open('/orders');
  await page.getByText('No orders yet').waitFor();
  const scripts: string[] = await page.evaluate(
    "performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.endsWith('.js'))",
  );
  expect(scripts.length).toBeGreaterThan(1);
  let bytes = 0;
  for (const script of scripts) {
    const response = await context.request.get(script, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers()).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    bytes += Number(response.headers()['content-length']);
  }
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(250_000);
});

test('a build that is right is not made again, and holds no key', async () => {
  expect(await ensureDashboard()).toBe(false);
  const files = (await readdir(join(DASHBOARD_DIST, 'assets'))).filter((name) => name.endsWith('.js'));
  for (const file of files)
    expect(await readFile(join(DASHBOARD_DIST, 'assets', file), 'utf8')).not.toMatch(/dok_[\w-]{20}/);
});
