/** The clusters that tests run on: one that a whole run shares, or one of their own. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openCluster } from '../../hack/cluster/cluster.ts';
import { findKubectl } from '../../hack/cluster/find-kubectl.ts';
import { type Kubectl, type KubectlOptions, runKubectl } from '../../hack/cluster/kubectl.ts';
import type { RunResult } from '../../hack/run.ts';
import { stateVariable } from './shared-cluster.ts';

export { ownCluster } from './shared-cluster.ts';

/** Whether a cluster was given by KUBECONFIG: then none is started. */
export const clusterIsGiven = Boolean(process.env['KUBECONFIG']) && !process.env[stateVariable];

/** `describe` for suites that stop parts of a cluster, mint users or read the audit log: only on clusters of our own. */
export const describeOnOwnCluster = clusterIsGiven ? describe.skip : describe;

/** What every cluster offers, given or started. */
export interface TestCluster {
  readonly kubeconfig: string;
  kubectl(args: readonly string[], options?: KubectlOptions & { kubeconfig?: string }): Promise<RunResult>;
}

/** The cluster that all test files share: each file uses namespaces of its own on it. */
export async function sharedCluster(): Promise<TestCluster> {
  return clusterIsGiven ? givenCluster(process.env['KUBECONFIG'] ?? '') : startedCluster();
}

/** The shared cluster where it is one of ours.
 * @throws {Error} when none was started, as outside `npm run test:cluster`. */
export function startedCluster(): Cluster {
  const stateDir = process.env[stateVariable];
  if (stateDir === undefined) throw new Error('No cluster was started for these tests: use `make test-cluster`.');
  return openCluster(stateDir);
}

async function givenCluster(kubeconfig: string): Promise<TestCluster> {
  const access: Kubectl = {
    program: await findKubectl(),
    kubeconfig,
    cacheDir: join(tmpdir(), 'xos-given-kubectl-cache'),
  };
  return {
    kubeconfig,
    kubectl: (args, options = {}) =>
      runKubectl({ ...access, kubeconfig: options.kubeconfig ?? kubeconfig }, args, options),
  };
}
