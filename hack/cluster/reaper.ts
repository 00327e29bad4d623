/**
 * A small process beside an attached cluster. It holds the reading end of a pipe whose writing end only the starter
 * has: when the starter is gone, however it died, the pipe ends, and the cluster is removed.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './processes.ts';
import { recordProcess } from './record.ts';
import { endProcesses, removeCluster } from './remove.ts';

/** How long a new process may take until its environment can be read. */
const birthMs = 1_000;

/** Starts the reaper of a cluster that must not outlive this process. */
export function startReaper(stateDir: string): void {
  const self = join(import.meta.dirname, 'reaper.ts');
  const child = spawn(process.execPath, [self, stateDir], {
    // In a session of its own, so that a Ctrl-C on the terminal does not take it first.
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  if (child.pid === undefined) throw new Error('The reaper of the cluster cannot be started.');
  const id = identify(child.pid);
  if (id !== undefined) recordProcess(stateDir, 'reaper', id);
  // Neither the process nor the pipe keeps the starter alive.
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
}

function reapWhenOrphaned(stateDir: string): void {
  process.stdin.resume();
  process.stdin.on('close', () => void reap(stateDir));
}

/** Twice, because a process that was just being born when the starter died bears no mark yet. */
async function reap(stateDir: string): Promise<void> {
  await endProcesses(stateDir);
  await sleep(birthMs);
  await removeCluster(stateDir);
}

const [, program, stateDir] = process.argv;
if (program === import.meta.filename && stateDir !== undefined) reapWhenOrphaned(stateDir);
