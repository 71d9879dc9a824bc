import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { type Progress, terminalProgress } from './progress.ts';
import { readInput } from './replay/input.ts';
import { describe, exitCodeOf, toJson } from './replay/report.ts';
import { type ReplayOptions, replay } from './replay/run.ts';
import { withSystem } from './system/session.ts';

const HELP = `npm run replay -- FILE.jsonl [--products FILE] [--sellers FILE] [--concurrency N] [--alone] [--json]

Lives the orders of a file again: places each request through the API with real payments in the sandbox, lets the carriers move
the parcels as they did, cancels what was cancelled, and compares the books. Uses the system of npm start when that is running,
else starts one for the run. Ends with 1 when a number that must be 0 is not.

  --products, --sellers   what the orders refer to; left out: products.jsonl and sellers.jsonl beside the orders
  --concurrency           orders under way at the same time; default 20
  --alone                 on a system started for the run, also when npm start is running
  --json                  one JSON object on the last line`;

const DEFAULT_CONCURRENCY = 20;
const TELL_EVERY_MS = 5_000;

/** A bar on a terminal, a line now and then elsewhere. */
function stepPrinter(progress: Progress): Pick<ReplayOptions, 'onStep' | 'onPhase'> & { end(): void } {
  const bar = new cliProgress.SingleBar(
    { format: '  {bar} {value}/{total}  {duration_formatted}', hideCursor: true, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  let drawn: string | undefined;
  let told = Date.now();
  const end = (): void => {
    if (drawn !== undefined) bar.stop();
    drawn = undefined;
  };
  return {
    onPhase(what) {
      end();
      progress.line(what);
    },
    onStep(phase, done, of) {
      if (!process.stderr.isTTY) {
        if (done < of && Date.now() - told < TELL_EVERY_MS) return;
        told = Date.now();
        progress.line(`  ${done} of ${of}`);
        return;
      }
      if (drawn !== phase) bar.start(of, done);
      drawn = phase;
      bar.update(done);
      if (done === of) end();
    },
    end,
  };
}

function concurrencyFrom(text: string | undefined): number {
  const concurrency = Number(text ?? DEFAULT_CONCURRENCY);
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 500) return concurrency;
  throw new Error(`--concurrency is ${JSON.stringify(text)}; it must be a whole number from 1 to 500.`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      products: { type: 'string' },
      sellers: { type: 'string' },
      concurrency: { type: 'string' },
      alone: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [file, ...rest] = positionals;
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  if (file === undefined || rest.length > 0) throw new Error(`Name one file of orders.\n\n${HELP}`);
  const concurrency = concurrencyFrom(values.concurrency);
  const input = await readInput(file, values);
  const progress = terminalProgress();
  const printer = stepPrinter(progress);
  const alone = values.alone === true;
  const report = await withSystem({ progress, alone }, (access) => replay(access, input, { concurrency, ...printer }));
  console.log(`\n${describe(report)}`);
  if (values.json === true) console.log(toJson(report));
  return exitCodeOf(report);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
