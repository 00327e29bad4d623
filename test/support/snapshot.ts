/** What every scene of a run begins with: a cluster that has our CRDs, made once, of which only the memory is left. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from '../../hack/cluster/cluster.ts';
import { toStderr } from '../../hack/progress.ts';

/** A kustomization. */
export const CRDS = join(__dirname, '..', '..', 'config', 'crd');
/** Where globalSetup tells the test files. */
const VARIABLE = 'XOS_TEST_SNAPSHOT';

/** Called by globalSetup; it ends with the run. */
export async function prepareSnapshot(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'xos-snapshot-'));
  const { stateDir } = await takeSnapshot(folder, CRDS, toStderr);
  process.env[VARIABLE] = stateDir;
}

/** Its state folder; undefined in a run that has none. */
export function snapshotFolder(): string | undefined {
  return process.env[VARIABLE];
}
