import { afterAll, beforeAll } from 'vitest';
import { type System, startSystem } from '../setup/system.ts';

/** One API and its database, without workers, for all subjects of a test file that stop at the door. */
export let system: System;
beforeAll(async () => {
  system = await startSystem({ worker: false });
});
afterAll(() => system.stop());
