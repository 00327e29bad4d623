/** What the runtime tells whoever counts: metrics. */

/** How a turn ended. Source: controller-runtime, label `result` of controller_runtime_reconcile_total. */
export type TurnEnd = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface Observer {
  /** A key of this controller waits now. */
  queued(controller: string): void;
  /** A turn of this controller is over. */
  turned(controller: string, end: TurnEnd, seconds: number): void;
}
