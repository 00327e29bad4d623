/** What the runtime tells whoever counts: metrics. */
import type { RefusalReason } from './errors.ts';

/** How a turn ended. Source: controller-runtime, label `result` of controller_runtime_reconcile_total. */
export type TurnEnd = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface Observer {
  /** A key of this controller waits now. */
  queued(controller: string): void;
  /** A change let a key of this controller wait for its turn so long. */
  waited(controller: string, seconds: number): void;
  /** A key of this controller failed, and is tried again. */
  retried(controller: string): void;
  /** A turn of this controller is over. */
  turned(controller: string, end: TurnEnd, seconds: number): void;
  /** A change led to a write, which was answered so long after the change was seen. See runtime/timing.ts. */
  wrote(controller: string, seconds: number): void;
  /** So many fields of a managed object, which somebody else had changed, were put back. */
  corrected(controller: string, fields: number): void;
  /** A write was refused. `reason` is one of a few words. */
  refused(reason: RefusalReason): void;
}
