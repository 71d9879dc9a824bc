import { floor } from './floor.ts';
import { medusaMemoryLock, medusaPgLock } from './medusa.ts';
import { ours } from './ours.ts';
import type { Path } from './path.ts';
import { saleorAsWritten, saleorIntended } from './saleor.ts';
import { vendurePost, vendurePre } from './vendure.ts';

export const PATHS = {
  ours: { ground: 'product', open: ours },
  'medusa-memory-lock': { ground: 'common', open: medusaMemoryLock },
  'medusa-pg-lock': { ground: 'common', open: medusaPgLock },
  'vendure-pre': { ground: 'common', open: vendurePre },
  'vendure-post': { ground: 'common', open: vendurePost },
  'saleor-as-written': { ground: 'common', open: saleorAsWritten },
  'saleor-intended': { ground: 'common', open: saleorIntended },
  floor: { ground: 'common', open: floor },
} as const satisfies Record<string, { ground: 'product' | 'common'; open: (url: string, connections: number) => Path }>;

export type PathName = keyof typeof PATHS;
export const COMPARED = (Object.keys(PATHS) as PathName[]).filter((name) => name !== 'floor');
