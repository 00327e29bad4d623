/** After the cluster tests. */
import { removeSeed } from './seed.ts';

// oxlint-disable-next-line import/no-default-export -- Jest asks for a default export.
export default removeSeed;
