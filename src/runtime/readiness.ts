/** When controllers may work: not before what they look at is there. */
import type { Controller } from './controller.ts';
import type { IsOpen } from './fair-lanes.ts';

export interface Readiness {
  /** Whether all that this controller looks at is there. */
  readonly synced: (controller: Controller) => boolean;
  /** Whether it is in this namespace. Left out: namespaces are not looked at one by one. */
  readonly open?: IsOpen | undefined;
}
