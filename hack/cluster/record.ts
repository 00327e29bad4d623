// The file that says what a cluster consists of and which processes are its own.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Layout } from './layout.ts';
import type { ProcessId } from './processes.ts';

/** One program of the cluster, as it was and can be started again. */
export interface Component {
  name: string;
  program: string;
  args: readonly string[];
}

/** Everything that a later process needs to know about a cluster. */
export interface ClusterRecord {
  /** The build's folder. */
  build: string;
  /** The address of the API server. */
  server: string;
  /** Whether the cluster ends with the process that started it. */
  attached: boolean;
  /** In the order in which they start. */
  components: readonly Component[];
  /** The processes that were started, by component; also after they ended. */
  processes: Readonly<Record<string, ProcessId>>;
}

/** The record of a state folder; undefined when no cluster was started there.
 * @throws {SyntaxError} when somebody damaged it. */
export function readRecord(stateDir: string): ClusterRecord | undefined {
  const file = new Layout(stateDir).record;
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as ClusterRecord;
}

/** Replaces the record in one step. Synchronous, so that a started process is written down before anything else happens. */
export function writeRecord(stateDir: string, record: ClusterRecord): void {
  const file = new Layout(stateDir).record;
  writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Adds a process that was started a moment ago. */
export function recordProcess(stateDir: string, name: string, id: ProcessId): void {
  const record = readRecord(stateDir);
  if (record === undefined) throw new Error(`There is no cluster in ${stateDir}.`);
  writeRecord(stateDir, { ...record, processes: { ...record.processes, [name]: id } });
}
