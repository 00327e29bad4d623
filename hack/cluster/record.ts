/** The files that say what a cluster consists of and which processes are its own. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Layout } from './layout.ts';
import type { ProcessId } from './processes.ts';

const draftEnding = '.draft';

/** The environment variable with the cluster's id: it tells whose a process is that was started, but not written down
 * any more, because its starter was killed in between. */
export const markVariable = 'XOS_CLUSTER_ID';

/** One program of the cluster, as it was and can be started again. */
export interface Component {
  name: string;
  program: string;
  args: readonly string[];
  /** More of its environment. */
  env?: Readonly<Record<string, string>>;
}

/** Everything that a later process needs to know about a cluster. */
export interface ClusterRecord {
  /** Stands in the environment of each of its processes; no other cluster ever has it. */
  id: string;
  /** The build's folder. */
  build: string;
  /** The address of the API server. */
  server: string;
  /** Whether the cluster ends with the process that started it. */
  attached: boolean;
  /** The root of the cgroups of its containers, if it has any. */
  cgroup?: string;
  /** In the order in which they start. */
  components: readonly Component[];
}

/** The record of a state folder; undefined when no cluster was started there.
 * @throws {SyntaxError} when somebody damaged it. */
export function readRecord(stateDir: string): ClusterRecord | undefined {
  const file = new Layout(stateDir).record;
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as ClusterRecord;
}

/** Replaces the record in one step. */
export function writeRecord(stateDir: string, record: ClusterRecord): void {
  writeWhole(new Layout(stateDir).record, record);
}

/** Writes down a process that was started a moment ago and ends with the cluster.
 * Synchronous, so that nothing can happen in between; a file each, so that many processes can do it at once. */
export function recordProcess(stateDir: string, name: string, id: ProcessId): void {
  writeWhole(join(new Layout(stateDir).processes, name), id);
}

/** The processes that were started, by name; also those that ended. */
export function readProcesses(stateDir: string): Map<string, ProcessId> {
  const folder = new Layout(stateDir).processes;
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder).filter((name) => !name.endsWith(draftEnding));
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProcessId]));
}

/** Readers never see half a file. */
function writeWhole(file: string, content: object): void {
  writeFileSync(file + draftEnding, JSON.stringify(content, undefined, 2), { mode: 0o600 });
  renameSync(file + draftEnding, file);
}
