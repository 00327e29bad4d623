/**
 * Keeps back a status that is about to change again, so that a pod on its way to Running costs one status write, not
 * three. What is held back is written when it settles or when its time is up, whichever comes first.
 */
import type { Key } from '../api/meta.ts';
import type { Clock } from './clock.ts';

export class StatusHold {
  readonly #clock: Clock;
  /** How long the status of a key may wait, and until when; monotonic milliseconds. */
  readonly #holds = new Map<string, { readonly holdMs: number; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many milliseconds the status of this key may still wait; 0: write it now. Another length is another wait. */
  remaining(controller: string, key: Key, holdMs: number | undefined): number {
    const id = `${controller} ${key}`;
    if (holdMs === undefined) {
      this.#holds.delete(id);
      return 0;
    }
    const now = this.#clock.monotonic();
    const before = this.#holds.get(id);
    const until = before?.holdMs === holdMs ? before.until : now + holdMs;
    // The wait is over: this write goes out, and what changes after it may wait anew.
    if (until <= now) this.#holds.delete(id);
    else this.#holds.set(id, { holdMs, until });
    return Math.max(0, until - now);
  }

  forget(controller: string, key: Key): void {
    this.#holds.delete(`${controller} ${key}`);
  }
}
