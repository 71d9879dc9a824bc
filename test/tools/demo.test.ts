import { afterAll, beforeAll, expect, test } from 'vitest';
import { endedWell, playScene } from '../../tools/demo/play.ts';
import { SCENES } from '../../tools/demo/scenes.ts';
import { seedDemoStore } from '../../tools/demo-store.ts';
import { inParallel } from '../../tools/replay/in-parallel.ts';
import { type System, startSystem } from '../setup/system.ts';
import { accessTo } from './access.ts';

/** The orders of `npm run demo`, played on the system of a test. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await seedDemoStore(system.database.db);
});
afterAll(() => system.stop());

test('every scene ends as it promises, and shows how the order came there', async () => {
  const shown = new Map<string, string[]>();
  const endings = await inParallel(SCENES, 6, (scene, index) => {
    const states: string[] = [];
    shown.set(scene.title, states);
    return playScene(accessTo(system), scene, index, 'test', (_number, state) => states.push(state));
  });
  const astray = endings.filter((ending) => !endedWell(ending));
  expect(astray.map(({ scene, order, trouble }) => `${scene.title}: ${order?.status}, ${trouble}`)).toEqual([]);
  expect(endings).toHaveLength(24);
  for (const { scene } of endings) expect(shown.get(scene.title)?.at(-1)).toMatch(new RegExp(`^${scene.ends} \\(`));
}, 120_000);

test('a scene that cannot be played says why', async () => {
  const scene = { title: 'nobody sells this', ends: 'completed' as const };
  const play = (stage: Parameters<(typeof SCENES)[number]['play']>[0]) =>
    stage.place({ items: [{ sku: 'NOPE', quantity: 1, unit_price: '1.00' }] });
  const ending = await playScene(accessTo(system), { ...scene, play }, 99, 'test', () => undefined);
  expect(endedWell(ending)).toBe(false);
  expect(ending).toMatchObject({ order: null, trouble: expect.stringContaining('items[0].sku') });
});
