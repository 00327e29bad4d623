/** The cluster that all cluster tests of one run share, from before the first of them until after the last. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openCluster, startCluster } from '../../hack/cluster/cluster.ts';
import { toStderr } from '../../hack/progress.ts';

/** Where globalSetup tells the test files which cluster they share. */
export const stateVariable = 'XOS_TEST_CLUSTER';

/** Starts the shared cluster of a run; called by globalSetup. */
export async function startSharedCluster(): Promise<void> {
  if (process.env['KUBECONFIG']) return;
  const cluster = await ownCluster();
  process.env[stateVariable] = cluster.stateDir;
}

/** Ends the shared cluster of a run; called by globalTeardown. */
export async function stopSharedCluster(): Promise<void> {
  const stateDir = process.env[stateVariable];
  if (stateDir !== undefined) await openCluster(stateDir).stop();
}

/** A new cluster that ends with this process at the latest; call its `stop` in afterAll. */
export function ownCluster(options: { nodes?: number } = {}): Promise<Cluster> {
  const stateDir = mkdtempSync(join(tmpdir(), 'xos-cluster-'));
  return startCluster({ ...options, stateDir, attached: true, onProgress: toStderr });
}
