/**
 * Keeps back what is about to change again: a status, so that a pod on its way to Running costs one write of it, not three,
 * or all that a turn would do. It is done when it settles or when its time is up, whichever comes first.
 */
import type { Key } from '../api/meta.ts';
import type { Clock } from './clock.ts';
import type { Outcome } from './outcome.ts';

/** What an outcome says about waiting. */
type Wait = Pick<Outcome, 'holdAllMs' | 'holdStatusMs'>;

export class Hold {
  readonly #clock: Clock;
  /** What each key waits for, and until when, in monotonic milliseconds. */
  readonly #holds = new Map<string, { readonly reason: string; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many milliseconds this key may still wait; 0: go on. Who waits for something else begins anew. */
  remaining(controller: string, key: Key, { holdAllMs, holdStatusMs }: Wait): number {
    const id = `${controller} ${key}`;
    const holdMs = holdAllMs ?? holdStatusMs;
    if (holdMs === undefined) {
      this.#holds.delete(id);
      return 0;
    }
    const reason = `${holdAllMs ?? '-'} ${holdMs}`;
    const now = this.#clock.monotonic();
    const before = this.#holds.get(id);
    const until = before?.reason === reason ? before.until : now + holdMs;
    // The wait is over: this write goes out, and what changes after it may wait anew.
    if (until <= now) this.#holds.delete(id);
    else this.#holds.set(id, { reason, until });
    return Math.max(0, until - now);
  }

  forget(controller: string, key: Key): void {
    this.#holds.delete(`${controller} ${key}`);
  }
}
