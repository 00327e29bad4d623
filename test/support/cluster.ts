/** The clusters that tests run on: one that a whole run shares, or one of their own. */
import { type Cluster, openCluster } from '../../hack/cluster/cluster.ts';
import { stateVariable } from './shared-cluster.ts';

export { ownCluster } from './shared-cluster.ts';

/** `describe` for suites that need a cluster from hack/cluster: they are left out when KUBECONFIG gives another one, because then none is started. */
export const describeOnOwnCluster = process.env['KUBECONFIG'] ? describe.skip : describe;

/**
 * The cluster that all test files of a run share: each file uses namespaces of its own on it.
 * @throws {Error} when none was started, as outside `make test-cluster`.
 */
export function startedCluster(): Cluster {
  const stateDir = process.env[stateVariable];
  if (stateDir === undefined) throw new Error('No cluster was started for these tests: use `make test-cluster`.');
  return openCluster(stateDir);
}
