/** After the cluster tests: ends the cluster that they shared. */
import { stopSharedCluster } from './shared-cluster.ts';

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default stopSharedCluster;
