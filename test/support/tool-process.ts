/** A program of somebody else that runs beside a cluster, and ends with it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../../hack/cluster/cluster.ts';

/** How it is run. */
export interface ToolProcess {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it, with a home of its own: nothing of who runs the tests. Its log is in the folder that this gives. */
export function startTool(cluster: Cluster, { name, program, args, env = {} }: ToolProcess): void {
  const home = homeOf(cluster);
  const log = openSync(join(home, `${name}.log`), 'a');
  const child = spawn(program, args, {
    cwd: home,
    env: { ...cluster.environment, HOME: home, TMPDIR: home, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) cluster.adopt(name, child.pid);
}

/** Where tools keep what they want to keep; it goes with the cluster. */
export function homeOf({ stateDir }: Pick<Cluster, 'stateDir'>): string {
  const home = join(stateDir, 'tools');
  mkdirSync(home, { recursive: true });
  return home;
}
