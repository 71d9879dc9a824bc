import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, runChecks } from './check.ts';
import { startProcess } from './process.ts';

/**
 * `npm test`: the checks, then every test, then one line `N passed, N failed`, in which each check counts as one.
 * Arguments go to vitest, such as a part of a file name: `npm test -- stock`.
 */
const ROOT = join(import.meta.dirname, '..');

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

async function runTests(): Promise<CheckResult> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-orders-report-'));
  const file = join(folder, 'report.json');
  try {
    const run = await startProcess({
      name: 'vitest',
      command: process.execPath,
      args: [
        ...[join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ],
      cwd: ROOT,
      inheritOutput: true,
    });
    const exit = await run.exited;
    const report = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Report,
      () => undefined, // ended before any test ran
    );
    const ended = 'code' in exit && exit.code === 0;
    return report === undefined ? { passed: 0, failed: 1 } : count(report, ended);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file that could not be loaded, or an error outside of any test, has no failed test of its own and counts as one. */
function count(report: Report, endedWell: boolean): CheckResult {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((one) => one.status !== 'failed'),
  ).length;
  const failed = report.numFailedTests + unloaded;
  return { passed: report.numPassedTests, failed: failed === 0 && !endedWell ? 1 : failed };
}

const checks = await runChecks((line) => console.log(line));
const tests = await runTests();
const [passed, failed] = [checks.passed + tests.passed, checks.failed + tests.failed];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
