/** Operators for tests: real processes, none of which outlives its test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../../hack/cluster/cache.ts';
import type { Cluster } from '../../hack/cluster/cluster.ts';
import { type OperatorOptions, operatorMain, OperatorProcess } from '../../hack/operator-process.ts';
import { runAny, type RunResult } from '../../hack/run.ts';

/** How a test starts an operator. */
export interface TestOperatorOptions extends Omit<OperatorOptions, 'logFile'> {
  /** The cluster, so that the operator ends with it when even the test runner is killed. */
  cluster?: Pick<Cluster, 'adopt'>;
}

const started = new Set<OperatorProcess>();
const logs = mkdtempSync(join(tmpdir(), 'xos-operator-logs-'));

afterAll(async () => {
  await killOperators();
  rmSync(logs, { recursive: true, force: true });
});

/** Starts an operator; call `ready()` on it to wait until it works. It is killed at the end of the test file at the latest. */
export function startOperator({ cluster, ...options }: TestOperatorOptions): OperatorProcess {
  const operator = new OperatorProcess({ ...options, logFile: join(logs, `${started.size}.log`) });
  started.add(operator);
  cluster?.adopt(`operator-${operator.pid}`, operator.pid);
  return operator;
}

/** Kills every operator that still runs, also after a test that failed half-way. */
async function killOperators(): Promise<void> {
  await Promise.all([...started].map((operator) => operator.kill()));
}

/** Runs the operator to its end: for `--help` and wrong options. */
export function runOperator(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
  const { PATH = '', HOME = '' } = process.env;
  return runAny(process.execPath, [operatorMain, ...args], {
    cwd: checkout,
    env: { PATH, HOME, ...env },
    timeoutMs: 60_000,
  });
}
