/** Lets a bounded number through at a time, first come first served. */

/** A counting semaphore. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(width: number) {
    this.#free = width;
  }

  /** Resolves to true when it is our turn, to false when `signal` aborts first. Each true needs one {@link leave}. */
  enter(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting.delete(go);
        resolve(false);
      };
      const go = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve(true);
      };
      this.#waiting.add(go);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Passes our turn on. */
  leave(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#free += 1;
  }
}
