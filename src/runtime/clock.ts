/** Time and chance as arguments: a simulation passes its own, and then a whole day runs in a second, reproducibly. */

/** A source of time. All durations are milliseconds. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean something. */
  monotonic(): number;
  /** The time of day, for timestamps that people read. */
  now(): Date;
  /** Runs `action` once after `ms`; the returned function cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** A number in [0, 1). */
export type Random = () => number;

/** The clock of the machine. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => new Date(),
  after: (ms, action) => {
    if (ms <= 0) {
      const immediate = setImmediate(action);
      return () => {
        clearImmediate(immediate);
      };
    }
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `ms`, or at once when `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
