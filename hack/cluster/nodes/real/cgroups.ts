/** The cgroups of a node's containers: the one thing that outlives its namespaces. */
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../../error-code.ts';
import { waitFor } from '../../../wait.ts';

const mounted = '/sys/fs/cgroup';

/** Removes a root of cgroups whose processes have been killed, wherever it is mounted (version 1 has several places). */
export async function removeCgroups(name: string): Promise<void> {
  await waitFor(
    `the cgroups ${name} to be empty`,
    () => places(name).every((folder) => removeTree(folder)) || undefined,
    { timeoutMs: 20_000 },
  );
}

function places(name: string): string[] {
  const parents = existsSync(mounted) ? readdirSync(mounted, { withFileTypes: true }) : [];
  const controllers = parents.filter((entry) => entry.isDirectory()).map((entry) => join(mounted, entry.name));
  return [mounted, ...controllers].map((folder) => join(folder, name)).filter((folder) => existsSync(folder));
}

/** Whether it is gone: a cgroup is busy for a moment after its last process was killed. */
function removeTree(folder: string): boolean {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (!inner.every((entry) => removeTree(join(folder, entry.name)))) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return false;
    throw error;
  }
}
