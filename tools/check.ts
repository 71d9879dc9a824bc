import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeExit, startProcess } from './process.ts';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const ROOT = join(import.meta.dirname, '..');
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);

/** Each writes files from sources; with its flag it only compares and fails on a difference. */
const GENERATED: readonly Step[] = [
  { name: 'docs/generated', command: [process.execPath, '--import', 'tsx', 'tools/docs.ts', '--check'] },
];

export const STEPS: readonly Step[] = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'types of the dashboard', command: [bin('tsc'), '-p', 'dashboard'] },
  { name: 'lint and layers', command: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'format', command: [bin('biome'), 'check', '.'] },
  ...GENERATED,
  { name: 'coverage', command: [process.execPath, '--import', 'tsx', 'tools/coverage.ts'] },
];

export interface CheckResult {
  readonly passed: number;
  readonly failed: number;
}

/** Runs every step, also after one failed, and prints a line for each; the output of a failed one follows its line. */
export async function runChecks(print: (line: string) => void): Promise<CheckResult> {
  let failed = 0;
  for (const step of STEPS) {
    const began = Date.now();
    const problem = await problemOf(step);
    print(`${problem === undefined ? 'ok  ' : 'FAIL'}  ${step.name}  (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    if (problem === undefined) continue;
    failed += 1;
    print(problem);
  }
  return { passed: STEPS.length - failed, failed };
}

async function problemOf(step: Step): Promise<string | undefined> {
  const [command = '', ...args] = step.command;
  const lines: string[] = [];
  try {
    const run = await startProcess({ name: step.name, command, args, cwd: ROOT, onLine: (line) => lines.push(line) });
    const exit = await run.exited;
    await run.outputEnded;
    if ('code' in exit && exit.code === 0) return undefined;
    return [...lines, `(${describeExit(exit)}: ${step.command.join(' ')})`].join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed } = await runChecks((line) => console.log(line));
  process.exitCode = failed === 0 ? 0 : 1;
}
