/** A plain cluster for tests that need no operator; those with one start from scene.ts. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../hack/cluster/cluster.ts';
import { toStderr } from '../../hack/progress.ts';

/** A new cluster that ends with this process at the latest; call its `stop` in afterAll. */
export function ownCluster(options: { nodes?: number } = {}): Promise<Cluster> {
  const stateDir = mkdtempSync(join(tmpdir(), 'xos-cluster-'));
  return startCluster({ ...options, stateDir, attached: true, onProgress: toStderr });
}
