/** Processes are named by pid and start time, because a pid alone may be somebody else's by now. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../error-code.ts';

/** One process, for as long as the machine runs. */
export interface ProcessId {
  pid: number;
  /** When it started, in the operating system's own words. */
  startTime: string;
}

/** The identity of a process that runs now; undefined when it is gone or only waits to be buried. */
export function identify(pid: number): ProcessId | undefined {
  const startTime = existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isRunning(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/** Sends a signal to exactly this process; nothing happens when it is gone. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  try {
    process.kill(id.pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Kills exactly these processes and returns when they are gone.
 * @throws {Error} when one survives for 10 s. */
export async function killAll(ids: readonly ProcessId[]): Promise<void> {
  for (const id of ids) signal(id, 'SIGKILL');
  const deadline = performance.now() + 10_000;
  while (ids.some(isRunning)) {
    if (performance.now() > deadline) throw new Error('A process of the cluster cannot be ended.');
    await sleep(10);
  }
}

/** The processes of this user whose environment was started with this setting; none where there is no /proc. */
export function processesWith(variable: string, value: string): ProcessId[] {
  const setting = `${variable}=${value}`;
  return allPids()
    .filter((pid) => readOrUndefined(`/proc/${pid}/environ`)?.split('\0').includes(setting))
    .map(identify)
    .filter((id) => id !== undefined);
}

function allPids(): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function fromProc(pid: number): string | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  // The command's name, in parentheses, may hold spaces and parentheses itself; the fields follow the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The first thread may have ended while others still hold the sockets: it is gone when it is the only one left.
  const isGone = fields?.[0] === 'Z' && fields[17] === '1';
  return isGone ? undefined : fields?.[19];
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where there is no /proc (macOS). */
function fromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
  } catch {
    return undefined;
  }
}
