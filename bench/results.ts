/** What every benchmark does before and after: the compiled program is what is measured, and every round is kept. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../hack/cluster/cache.ts';
import { kubernetesVersion } from '../hack/cluster/go-module.ts';
import { toStderr } from '../hack/progress.ts';

/** What an image holds is measured: the compiled program. */
export function buildProgram(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: checkout, stdio: 'inherit' });
}

/** Writes the results to bench/results, with the machine and the versions. */
export function keepResults(results: object): void {
  const folder = join(checkout, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kubernetes: kubernetesVersion(),
  };
  const file = join(folder, `${at.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, ...results }, undefined, 2)}\n`);
  toStderr(`Every round: ${file}`);
}
