/** A kubectl for clusters that were not built here. */
import { existsSync } from 'node:fs';
import { runAny } from '../run.ts';
import { UserError } from '../user-error.ts';
import { Build, buildFolder } from './build.ts';

/** The path of a kubectl: the one on PATH, else the one that was built for the local cluster.
 * @throws {UserError} when there is neither. */
export async function findKubectl(): Promise<string> {
  if (await works('kubectl')) return 'kubectl';
  const built = new Build(buildFolder()).program('kubectl');
  if (existsSync(built)) return built;
  throw new UserError(
    'kubectl is missing: install it from https://kubernetes.io/docs/tasks/tools, or run `make cluster-build`.',
  );
}

async function works(program: string): Promise<boolean> {
  try {
    const { code } = await runAny(program, ['version', '--client'], { timeoutMs: 10_000 });
    return code === 0;
  } catch {
    return false;
  }
}
