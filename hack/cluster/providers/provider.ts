/** Where a cluster comes from: built here, made by kind, or given by the user. */
import type { Print } from '../../progress.ts';
import type { Kubectl } from '../kubectl.ts';

/** A cluster that runs, and a folder for what belongs to it. */
export interface Access extends Kubectl {
  folder: string;
}

/** One source of clusters. */
export interface Provider {
  /** Makes sure that the cluster runs; gives access to it. */
  up(print: Print): Promise<Access>;
  /** Ends the cluster, if it is ours to end. */
  down(print: Print): Promise<void>;
  /** Says how the cluster is; gives an exit code: 1 when it needs to be mended. */
  status(print: Print): Promise<number>;
}
