/** The cluster from Go modules that stays up until it is told to go. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Print } from '../../progress.ts';
import { buildFolder } from '../build.ts';
import { type Cluster, type Nodes, openCluster, startCluster } from '../cluster.ts';
import { deadComponents, isReady } from '../health.ts';
import { withLock } from '../lock.ts';
import { readProcesses, readRecord } from '../record.ts';
import { removeCluster } from '../remove.ts';
import { startComponents } from '../start.ts';
import type { Access, Provider } from './provider.ts';

/** The cluster in this state folder, with these nodes when it is new. */
export function localProvider(stateDir: string, nodes: Nodes): Provider {
  const locked = async <T>(print: Print, work: () => Promise<T>): Promise<T> => {
    await mkdir(dirname(stateDir), { recursive: true });
    return withLock(`${stateDir}.lock`, print, work);
  };
  return {
    up: (print) => locked(print, () => up(stateDir, nodes, print)),
    down: (print) => locked(print, () => down(stateDir, print)),
    status: (print) => status(stateDir, print),
  };
}

async function up(stateDir: string, nodes: Nodes, print: Print): Promise<Access> {
  const cluster = (await reuse(stateDir, print)) ?? (await start(stateDir, nodes, print));
  return { ...cluster.access, folder: stateDir };
}

async function start(stateDir: string, nodes: Nodes, print: Print): Promise<Cluster> {
  const cluster = await startCluster({ stateDir, nodes, attached: false, onProgress: print });
  print(`The cluster runs at ${cluster.server}; its state is in ${stateDir}.`);
  return cluster;
}

/** The cluster that was started before, mended where a part of it is gone. */
async function reuse(stateDir: string, print: Print): Promise<Cluster | undefined> {
  const record = readRecord(stateDir);
  if (record === undefined) return undefined;
  if (record.build !== buildFolder()) {
    print('The cluster runs an older build; `make cluster-down` and `make cluster-up` renew it.');
  }
  if (!(await isHealthy(stateDir))) return mend(stateDir, print);
  print(`The cluster runs already, at ${record.server}.`);
  return openCluster(stateDir);
}

/** What etcd holds is kept if it can be; otherwise the cluster is removed, and a new one takes its place. */
async function mend(stateDir: string, print: Print): Promise<Cluster | undefined> {
  print(`${describeDamage(stateDir)} Starting again what is missing …`);
  try {
    await startComponents(stateDir);
    return openCluster(stateDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    print(`That did not help (${reason}), so a new cluster replaces it …`);
    await removeCluster(stateDir);
    return undefined;
  }
}

async function down(stateDir: string, print: Print): Promise<void> {
  const removed = await removeCluster(stateDir);
  print(removed ? 'The cluster is gone.' : 'There is no cluster to end.');
}

async function status(stateDir: string, print: Print): Promise<number> {
  const record = readRecord(stateDir);
  if (record === undefined) {
    print('No cluster runs; `make cluster-up` starts one.');
    return 0;
  }
  const dead = new Set(deadComponents(stateDir));
  const processes = readProcesses(stateDir);
  for (const { name } of record.components) {
    const pid = processes.get(name)?.pid ?? '-';
    print(`${name.padEnd(24)} ${dead.has(name) ? 'ended  ' : 'running'} (process ${pid})`);
  }
  if (await isHealthy(stateDir)) {
    print(`Ready at ${record.server}; KUBECONFIG=${openCluster(stateDir).kubeconfig}`);
    return 0;
  }
  print(`${describeDamage(stateDir)} \`make cluster-up\` mends it.`);
  return 1;
}

async function isHealthy(stateDir: string): Promise<boolean> {
  return deadComponents(stateDir).length === 0 && (await isReady(stateDir));
}

function describeDamage(stateDir: string): string {
  const dead = deadComponents(stateDir);
  if (dead.length === 0) return 'The API server does not answer.';
  return `The cluster is damaged: ${dead.join(', ')} ended.`;
}
