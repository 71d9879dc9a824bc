import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Db } from '../db/database.ts';
import type { StorePolicy } from '../domain/policy.ts';
import type { Engine } from '../engine.ts';
import type { GatewayReach } from '../gateway-reach.ts';

/** What the routes work with. */
export type ApiContext = {
  readonly config: Config;
  readonly db: Db;
  readonly engine: Engine;
  readonly gateway: GatewayReach;
  readonly log: Logger;
  readonly temporalNamespace: string;
  /** The policy of a store, of this version or a later one; null when there is no such store. */
  readonly policyOf: (store: string, version: number) => Promise<StorePolicy | null>;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
};
