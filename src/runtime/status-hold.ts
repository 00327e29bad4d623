/**
 * Keeps back a status that is about to change again, so that a pod on its way to Running costs one status write, not
 * three. What is held back is written when it settles or when its time is up, whichever comes first.
 */
import type { Key } from '../api/meta.ts';
import type { Clock } from './clock.ts';

export class StatusHold {
  readonly #clock: Clock;
  /** Until when the status of a key may wait; monotonic milliseconds. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many milliseconds the status of this key may still wait; 0: write it now. */
  remaining(controller: string, key: Key, holdMs: number | undefined): number {
    const id = `${controller} ${key}`;
    if (holdMs === undefined) {
      this.#until.delete(id);
      return 0;
    }
    const now = this.#clock.monotonic();
    const until = this.#until.get(id) ?? now + holdMs;
    // The wait is over: this write goes out, and what changes after it may wait anew.
    if (until <= now) this.#until.delete(id);
    else this.#until.set(id, until);
    return Math.max(0, until - now);
  }

  forget(controller: string, key: Key): void {
    this.#until.delete(`${controller} ${key}`);
  }
}
