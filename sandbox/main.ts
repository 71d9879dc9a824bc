import { setFlagsFromString } from 'node:v8';
import { startSandbox } from './sandbox.ts';
import { readSettings } from './settings.ts';

// Functions are compiled well sooner than usual: the sandbox shares its machine with what is tried on it.
setFlagsFromString('--interrupt-budget=20000');

/** Runs the sandbox until SIGINT or SIGTERM. Prints one line of JSON with the addresses once it is ready. */
async function main(): Promise<void> {
  const sandbox = await startSandbox(readSettings(process.env));
  const { stripeUrl, shippoUrl, smtpUrl, webUrl } = sandbox;
  process.stdout.write(`${JSON.stringify({ ready: true, stripeUrl, shippoUrl, smtpUrl, webUrl })}\n`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`sandbox: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
