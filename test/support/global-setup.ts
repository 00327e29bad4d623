/** Before the cluster tests: compiles the operator, and makes what their clusters begin with. */
import { compileOperator } from '../../hack/operator-process.ts';
import { forgetOtherClusters } from './other-clusters.ts';
import { makeRunFolder } from './run-folder.ts';
import { prepareSnapshot } from './snapshot.ts';

async function prepareCluster(): Promise<void> {
  forgetOtherClusters();
  makeRunFolder();
  await Promise.all([compileOperator(), prepareSnapshot()]);
}

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default prepareCluster;
