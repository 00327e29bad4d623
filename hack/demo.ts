/** `make demo`: a cluster with workloads that nobody declared, the operator, the example, and what became of both. */
import { join } from 'node:path';
import { checkout } from './cluster/cache.ts';
import { runKubectl } from './cluster/kubectl.ts';
import { identify } from './cluster/processes.ts';
import { recordProcess } from './cluster/record.ts';
import { chooseProvider } from './cluster/providers/choose.ts';
import type { Access } from './cluster/providers/provider.ts';
import { endEarlierOperator } from './demo/earlier-operator.ts';
import { addForeignExtras } from './demo/foreign-extras.ts';
import { applyUntilKnown, readyObjects, waitForInventory } from './demo/objects.ts';
import { showResult } from './demo/show.ts';
import { OperatorProcess } from './operator-process.ts';
import { Steps, toStderr } from './progress.ts';
import { runMain, UserError } from './user-error.ts';

const example = (name: string) => join(checkout, 'examples', name);

const titles = [
  'Starting a Kubernetes cluster',
  'Installing the custom resource definitions',
  'Creating workloads that XOS does not know of (examples/foreign.yaml)',
  'Starting the operator',
  'Applying examples/demo.yaml and waiting until it is Ready',
  'Waiting until the inventory is complete',
];

async function main(): Promise<number> {
  const steps = new Steps(titles, toStderr);
  const access = await steps.run(() => chooseProvider().up(toStderr));
  await steps.run(() => installDefinitions(access));
  await steps.run(() => createForeign(access));
  const operator = await steps.run(() => startOperator(access));
  const stopRequested = whenAskedToStop();
  try {
    await orExplain(operator, async () => {
      await steps.run(() => readyObjects(access, example('demo.yaml')));
      await steps.run(() => waitForInventory(access));
    });
    await showResult(access);
    if (staysOn()) return await untilStopped(operator, stopRequested);
    return 0;
  } finally {
    await operator.stop();
  }
}

async function installDefinitions(access: Access): Promise<void> {
  const folder = join(checkout, 'config', 'crd');
  const { stdout } = await runKubectl(access, ['apply', '-k', folder, '-o', 'name']);
  await runKubectl(access, ['wait', '--for=condition=Established', '--timeout=60s', ...stdout.trim().split('\n')]);
}

async function createForeign(access: Access): Promise<void> {
  await applyUntilKnown(access, example('foreign.yaml'));
  await addForeignExtras(access);
}

async function startOperator(access: Access): Promise<OperatorProcess> {
  await endEarlierOperator(access.folder, toStderr);
  const logFile = join(access.folder, 'operator.log');
  const operator = new OperatorProcess({ kubeconfig: access.kubeconfig, logFile });
  const id = identify(operator.pid);
  if (id !== undefined) recordProcess(access.folder, 'operator', id);
  await operator.ready();
  return operator;
}

/** Runs what depends on the operator; a failure is told with the operator's own last words. */
async function orExplain(operator: OperatorProcess, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `The demo did not finish: ${reason}\nThe operator's log (${operator.logFile}) ends with:\n${operator.lastLines(5)}`,
    );
  }
}

/** Without a terminal nobody could press Ctrl-C. */
function staysOn(): boolean {
  return process.stdout.isTTY && !process.env['CI'] && !process.env['DEMO_EXIT'];
}

function whenAskedToStop(): Promise<'asked'> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve('asked'));
  });
}

async function untilStopped(operator: OperatorProcess, stopRequested: Promise<'asked'>): Promise<number> {
  toStderr(`\nThe operator is running; its log is in ${operator.logFile}. Ctrl-C stops it.`);
  const reason = await Promise.race([stopRequested, operator.exited]);
  if (reason !== 'asked')
    throw new UserError(
      `The operator ended by itself; its log (${operator.logFile}) ends with:\n${operator.lastLines(5)}`,
    );
  toStderr('\nStopping the operator …');
  return 0;
}

await runMain(main);
