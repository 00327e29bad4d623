/** A time limit for one piece of work, on the clock that was passed in. */
import type { Clock } from '../runtime/clock.ts';

/** What limits a piece of work: time, and a caller who may give it up. */
export interface Limit {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** A running time limit. Who starts it must cancel it. */
export class Deadline {
  /** Whether the time is over, or the caller gave up. */
  passed = false;
  readonly #caller: AbortSignal | undefined;
  readonly #listeners: (() => void)[] = [];
  readonly #stopClock: () => void;

  constructor({ clock, ms, signal }: Limit) {
    this.#caller = signal;
    this.#stopClock = clock.after(ms, this.#pass);
    if (signal?.aborted) this.#pass();
    else signal?.addEventListener('abort', this.#pass, { once: true });
  }

  /** Calls `listener` when it passes, or at once. */
  onPassed(listener: () => void): void {
    if (this.passed) listener();
    else this.#listeners.push(listener);
  }

  /** Rejects when it passes: for work that cannot be stopped. */
  rejected(): Promise<never> {
    return new Promise((_, reject) => {
      this.onPassed(() => {
        reject(new Error('The time is over.'));
      });
    });
  }

  /** Aborts when it passes, and when the caller gives up also after {@link cancel}. */
  signal(): AbortSignal {
    const time = new AbortController();
    this.onPassed(() => {
      time.abort();
    });
    return this.#caller === undefined ? time.signal : AbortSignal.any([time.signal, this.#caller]);
  }

  /** The work is done: time does not matter any more. */
  cancel(): void {
    this.#stopClock();
    this.#caller?.removeEventListener('abort', this.#pass);
  }

  readonly #pass = () => {
    if (this.passed) return;
    this.passed = true;
    for (const listener of this.#listeners) listener();
  };
}
