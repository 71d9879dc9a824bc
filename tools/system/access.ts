import { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import { type Control, createControl } from '../../sandbox/control.ts';
import { makeKey } from '../../src/api/bearer.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { insertApiKey, revokeApiKey } from '../../src/db/api-keys.ts';
import { findStore, putStore } from '../../src/db/catalogue.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Role } from '../../src/domain/order.ts';
import { createStripe } from '../../src/gateways/stripe.ts';
import { connectTemporal, type TemporalAccess } from '../readiness.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import type { UpSystem } from './running.ts';

/** Every side of a system that is up: its HTTP API, its record, its engine, and the vendors it buys from. */
export interface Access {
  readonly system: UpSystem;
  readonly config: Config;
  readonly database: Database;
  readonly temporal: Client;
  /** The same server, as the readiness checks ask it. */
  readonly server: TemporalAccess;
  readonly sandbox: Control;
  /** The gateway as a checkout reaches it, by the real SDK. */
  readonly stripe: Stripe;
  /** A client with a key of its own, which ends with {@link close}. */
  client(name: string, role: Role, scopes: readonly string[]): Promise<ApiClient>;
  close(): Promise<void>;
}

const KEY_LIVES_MS = 86_400_000;

export async function openAccess(system: UpSystem): Promise<Access> {
  const config = readConfig(system.env);
  const server = await connectTemporal(system.env);
  const { connection, namespace } = server;
  const database = openDatabase(config.DATABASE_URL, { max: 4, applicationName: 'durable-orders tools' });
  const keys: string[] = [];
  // A data folder without a demo store has no store at all yet.
  if ((await findStore(database.db, 'main')) === null) {
    await putStore(database.db, {
      code: 'main',
      name: config.STORE_NAME,
      supportEmail: config.SUPPORT_EMAIL,
      policy: {},
    });
  }
  return {
    system,
    config,
    database,
    temporal: new Client({ connection, namespace }),
    server,
    sandbox: createControl(system.sandboxUrl),
    stripe: createStripe(config.STRIPE_API_KEY, config.STRIPE_API_BASE),
    async client(name, role, scopes) {
      const { key, id, hash } = makeKey();
      const expiresAt = new Date(Date.now() + KEY_LIVES_MS);
      await insertApiKey(database.db, { id, name, role, scopes, seller: null, hash, expiresAt });
      keys.push(id);
      return createApiClient(system.apiUrl, key);
    },
    async close() {
      for (const id of keys) await revokeApiKey(database.db, id);
      await Promise.allSettled([database.close(), connection.close()]);
    },
  };
}
