import { describe, expect, test } from 'vitest';
import { system } from '../whole-system.ts';

describe('saved views', () => {
  test('are one’s own until they are shared; only who saved one, or the owner, changes or removes it', async () => {
    const [ana, ben] = [await system.makeKey('staff', ['orders:read']), await system.makeKey('staff', ['orders:read'])];
    const names = async (key: string) =>
      (await system.call('GET', '/v1/views', { key })).body.data.map(({ name }: { name: string }) => name);
    const view = { name: 'Big ones', filters: { status: 'pending', sort: '-total' } };
    const { status, body } = await system.call('POST', '/v1/views', { key: ana, body: view });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...view, list: 'orders', shared: false, mine: true });
    expect(await names(ana)).toEqual(['Big ones']);
    expect(await names(ben)).toEqual([]);
    const path = `/v1/views/${body.id}`;
    expect((await system.call('DELETE', path, { key: ben })).status).toBe(404);
    await system.call('PUT', path, { key: ana, body: { ...view, shared: true } });
    expect(await names(ben)).toEqual(['Big ones']);
    expect((await system.call('PUT', path, { key: ben, body: view })).status).toBe(403);
    expect((await system.call('DELETE', path)).status).toBe(200);
    expect(await names(ana)).toEqual([]);
  });

  test('name each wrong field', async () => {
    const { status, body } = await system.call('POST', '/v1/views', {
      body: { name: ' ', filters: { 'Bad Name': 'x' }, list: 'cats' },
    });
    expect(status).toBe(422);
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'filters.Bad Name',
      'list',
      'name',
    ]);
  });
});
