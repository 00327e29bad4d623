/** Before the cluster tests: compiles the operator, which they start often. */
import { compileOperator } from '../../hack/operator-process.ts';
import { forgetOtherClusters } from './other-clusters.ts';

async function prepareCluster(): Promise<void> {
  forgetOtherClusters();
  await compileOperator();
}

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default prepareCluster;
