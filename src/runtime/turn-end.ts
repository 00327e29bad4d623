/** How a turn ended, in a word. */
import { TurnedAwayError } from './breaker.ts';
import type { TurnEnd } from './observer.ts';
import type { TurnResult } from './reconcile.ts';

export function endOf({ error, requeueAfterMs }: TurnResult): TurnEnd {
  // That there is no room for it is nobody's failure.
  if (error instanceof TurnedAwayError) return 'requeue_after';
  if (error !== undefined) return 'error';
  if (requeueAfterMs === undefined) return 'success';
  return requeueAfterMs === 0 ? 'requeue' : 'requeue_after';
}
