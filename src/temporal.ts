import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** The connection to Temporal by the standard environment of its SDKs (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_…). */
export const temporalSettings = () => {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connectionOptions, namespace: namespace ?? 'default' };
};

/** Connects when first used, so a process starts, and says that it is not ready, while the engine is away. */
export function createTemporalClient(): { client: Client; close(): Promise<void> } {
  const { connectionOptions, namespace } = temporalSettings();
  const connection = Connection.lazy(connectionOptions);
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}
