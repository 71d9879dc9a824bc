import { afterAll, beforeAll } from 'vitest';
import { type System, startSystem } from '../setup/system.ts';

/** One whole system for all subjects of a test file: who imports it has it running before the first test. */
export let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());
