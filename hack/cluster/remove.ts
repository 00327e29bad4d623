/** Ends a cluster: exactly the processes that belong to it, then its state folder. */
import { rm } from 'node:fs/promises';
import { removeCable } from './nodes/real/cable.ts';
import { removeCgroups } from './nodes/real/cgroups.ts';
import { killAll, processesWith, type ProcessId } from './processes.ts';
import { markVariable, readProcesses, readRecord } from './record.ts';

/**
 * Kills what runs of the cluster in this folder and removes the folder. Without a record there, nothing happens.
 * Nothing is asked politely to end: all that would be saved is thrown away next.
 */
export async function removeCluster(stateDir: string): Promise<boolean> {
  const record = readRecord(stateDir);
  if (record === undefined) return false;
  await endProcesses(stateDir);
  if (record.cgroup !== undefined) await removeTraces(record.cgroup);
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

/** What outlives the processes of a real node: its cable and its cgroups, which have one name. */
async function removeTraces(name: string): Promise<void> {
  await removeCable(name);
  await removeCgroups(name);
}

/** Kills the processes that were written down for the cluster, and those that bear its mark. */
export async function endProcesses(stateDir: string): Promise<void> {
  const record = readRecord(stateDir);
  if (record === undefined) return;
  const marked = processesWith(markVariable, record.id);
  await killAll([...readProcesses(stateDir).values(), ...marked].filter(isNotSelf));
}

/** The reaper is a process of the cluster too, and runs these functions. */
function isNotSelf(id: ProcessId): boolean {
  return id.pid !== process.pid;
}
