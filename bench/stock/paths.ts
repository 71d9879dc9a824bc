import { openDatabase } from '../../src/db/database.ts';
import { floor } from './floor.ts';
import { medusaMemoryLock, medusaPgLock } from './medusa.ts';
import { ours } from './ours.ts';
import { type Connections, cutterOf, openConnections, type Path } from './path.ts';
import { saleorAsWritten, saleorIntended } from './saleor.ts';
import { vendurePost, vendurePre } from './vendure.ts';

const ON_THE_COMMON_SCHEMA = {
  'medusa-memory-lock': medusaMemoryLock,
  'medusa-pg-lock': medusaPgLock,
  'vendure-pre': vendurePre,
  'vendure-post': vendurePost,
  'saleor-as-written': saleorAsWritten,
  'saleor-intended': saleorIntended,
} as const satisfies Record<string, (connections: Connections) => Path>;

type PeerName = keyof typeof ON_THE_COMMON_SCHEMA;
export type PathName = 'ours' | 'floor' | PeerName;
export const COMPARED: readonly PathName[] = ['ours', ...(Object.keys(ON_THE_COMMON_SCHEMA) as PeerName[])];

export const groundOf = (name: PathName): 'product' | 'common' =>
  name === 'ours' || name === 'floor' ? 'product' : 'common';
export type Urls = Readonly<Record<'product' | 'common', string>>;

/** All paths of one process. Those of the peers share their connections: only one path works at a time. */
export interface OpenPaths {
  readonly path: Readonly<Record<PathName, Path>>;
  /** Breaks every connection, as when the machine of the clients dies. */
  cut(): void;
  close(): Promise<void>;
}

export function openPaths(urls: Urls, clients: number): OpenPaths {
  const product = openDatabase(urls.product, { max: clients, applicationName: 'bench' });
  const connections = openConnections(urls.common, clients);
  const peers = Object.entries(ON_THE_COMMON_SCHEMA).map(([name, open]) => [name, open(connections)] as const);
  const cutProduct = cutterOf(product.pool);
  return {
    path: Object.fromEntries([['ours', ours(product.db)], ['floor', floor(product.pool)], ...peers]) as Record<
      PathName,
      Path
    >,
    cut: () => {
      cutProduct();
      connections.cut();
    },
    close: async () => {
      await product.close();
      await connections.close();
    },
  };
}
