/** Before the cluster tests: starts the cluster that they share, and compiles the operator, which they start often. */
import { compileOperator } from '../../hack/operator-process.ts';
import { startSharedCluster } from './shared-cluster.ts';

async function prepareCluster(): Promise<void> {
  await Promise.all([startSharedCluster(), compileOperator()]);
}

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default prepareCluster;
