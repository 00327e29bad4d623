/** Ends a cluster: exactly the processes that were written down for it, then its state folder. */
import { rm } from 'node:fs/promises';
import { isRunning, killAll, type ProcessId } from './processes.ts';
import { readProcesses, readRecord } from './record.ts';

/** Kills what runs of the cluster in this folder and removes the folder. Without a record there, nothing happens.
 * Nothing is asked politely to end: all that would be saved is thrown away next. */
export async function removeCluster(stateDir: string): Promise<boolean> {
  if (readRecord(stateDir) === undefined) return false;
  const others = [...readProcesses(stateDir).values()].filter(isNotSelf);
  await killAll(others.filter(isRunning));
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

/** The reaper is a process of the cluster too, and runs this function. */
function isNotSelf(id: ProcessId): boolean {
  return id.pid !== process.pid;
}
