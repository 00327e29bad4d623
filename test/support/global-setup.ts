/** Before the cluster tests: starts the cluster that they share. */
import { startSharedCluster } from './shared-cluster.ts';

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default startSharedCluster;
