import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** `engine-download.ts FOLDER VERSION`: fetches the official Temporal CLI into FOLDER by the SDK's own download. */
const [downloadDir, version] = process.argv.slice(2);
if (downloadDir === undefined || version === undefined) throw new Error('usage: engine-download.ts FOLDER VERSION');

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
try {
  // The SDK downloads only on the way to starting a server; that start also shows that the file runs here.
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version, ttl: '1000 days' } },
  });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  const cause = (error as Error).message.split(': ').slice(-2).join(': '); // the layers before it repeat themselves
  console.error(`the official CLI ${version} could not be downloaded: ${cause}`);
  process.exit(1);
}
