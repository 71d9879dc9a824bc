import type { Connection } from '@temporalio/client';
import { createStripe } from '../../src/gateways/stripe.ts';
import type { Access } from '../../tools/system/access.ts';
import { createApiClient } from '../../tools/system/api-client.ts';
import type { System } from '../setup/system.ts';

/** The system of a test as the tools reach it. */
export function accessTo(system: System): Access {
  const { config, database, temporal, control } = system;
  return {
    system: { env: {}, apiUrl: system.url, sandboxUrl: system.sandbox.webUrl, autoAdvanceSeconds: 0, pids: new Map() },
    config,
    database,
    temporal: temporal.client,
    server: { connection: temporal.client.connection as Connection, namespace: temporal.namespace },
    sandbox: control,
    stripe: createStripe(config.STRIPE_API_KEY, config.STRIPE_API_BASE),
    client: async (_name, role, scopes) => createApiClient(system.url, await system.makeKey(role, scopes)),
    close: () => Promise.resolve(),
  };
}
