import { defineConfig } from 'vitest/config';

/** `npm run laws`: random lives alone, without the servers that the other tests need. */
export default defineConfig({
  test: { include: ['test/domain/*laws.test.ts'], pool: 'forks', maxWorkers: 2, watch: false },
});
