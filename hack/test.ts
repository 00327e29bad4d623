/** `make test`: every check and every test, and at the end one line with the sum. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild, ensureHelm } from './cluster/build.ts';
import { checkout } from './cluster/cache.ts';
import { requireRealNode } from './cluster/nodes/real/requirements.ts';
import { ensureGitops } from './gitops/program.ts';
import { Steps, toStderr } from './progress.ts';
import { runMain, UserError } from './user-error.ts';

/** How many passed and failed. */
interface Sum {
  passed: number;
  failed: number;
}

/** One thing to do, under a name that a person reads. */
interface Stage {
  title: string;
  run(): Promise<Sum>;
}

/** The part of Jest's JSON report that is read. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Test files that could not even be loaded. */
  numRuntimeErrorTestSuites: number;
}

const stages: readonly Stage[] = [
  check('Lint', 'lint'),
  check('Unused code', 'knip'),
  check('Types', 'types'),
  check('Format', 'format:check'),
  { title: 'Generated code', run: () => runProgram(process.execPath, ['hack/generate/main.ts', '--check']) },
  tests('Unit tests', 'test:unit'),
  { title: 'Local Kubernetes', run: buildCluster },
  tests('Cluster tests', 'test:cluster'),
  { title: 'Node tests', run: runNodeTests },
];

async function main(): Promise<number> {
  const steps = new Steps(
    stages.map(({ title }) => title),
    toStderr,
  );
  const total: Sum = { passed: 0, failed: 0 };
  for (const stage of stages) {
    const { passed, failed } = await steps.run(() => stage.run());
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) toStderr(`${stage.title}: failed`);
  }
  announce(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
}

/** Make has the last word when a target fails; who must have the sum last gives a file for it and prints that. */
function announce(line: string): void {
  const file = process.env['TEST_SUMMARY_FILE'];
  if (file) writeFileSync(file, line);
  else process.stdout.write(line);
}

function check(title: string, script: string): Stage {
  return { title, run: () => runProgram('npm', ['run', '--silent', script]) };
}

function tests(title: string, script: string): Stage {
  return { title, run: () => runJest(script) };
}

/** A check counts as one, like a test. */
async function runProgram(program: string, args: readonly string[]): Promise<Sum> {
  const passed = (await exitCode(program, args)) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

async function runJest(script: string): Promise<Sum> {
  const folder = mkdtempSync(join(tmpdir(), 'xos-jest-'));
  const file = join(folder, 'report.json');
  try {
    const code = await exitCode('npm', ['run', '--silent', script, '--', '--ci', '--json', `--outputFile=${file}`]);
    return sumOf(readReport(file), code);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where there can be no real node that is said, and is no failure. */
async function runNodeTests(): Promise<Sum> {
  try {
    await requireRealNode(toStderr);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    toStderr(`The tests on a real node are left out. ${error.message}`);
    return { passed: 0, failed: 0 };
  }
  return await runJest('test:node');
}

/** A run that proves nothing is a failure: no report, no test, or an exit code that the report does not explain. */
function sumOf(report: JestReport | undefined, code: number): Sum {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  const unexplained = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: unexplained ? 1 : failed };
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

/** Built before the tests, so that its progress is seen and no test waits for it. */
async function buildCluster(): Promise<Sum> {
  try {
    await ensureHelm(await ensureBuild(toStderr), toStderr);
    await ensureGitops(toStderr);
    return { passed: 0, failed: 0 };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    toStderr(error.message);
    return { passed: 0, failed: 1 };
  }
}

/** Runs a program with its output going where ours goes; Jest's report in JSON is not shown. */
async function exitCode(program: string, args: readonly string[]): Promise<number> {
  const stdio = args.includes('--json') ? (['ignore', 'ignore', 'inherit'] as const) : 'inherit';
  const child = spawn(program, args, { cwd: checkout, stdio: stdio === 'inherit' ? stdio : [...stdio] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

await runMain(main);
