/** A time limit for one piece of work, on the clock that was passed in. */
import type { Clock } from '../runtime/clock.ts';

/** A running time limit. */
export interface Deadline {
  /** Aborts when the time is over, or when the caller's signal does (also after {@link cancel}). */
  readonly signal: AbortSignal;
  /** Rejects when `signal` aborts: for work that does not listen to signals. */
  readonly over: Promise<never>;
  /** The work is done: time does not matter any more. */
  cancel(): void;
}

/** Starts a time limit. The caller must cancel it. */
export function deadline(limit: { clock: Clock; ms: number; signal?: AbortSignal | undefined }): Deadline {
  const time = new AbortController();
  const signal = limit.signal ? AbortSignal.any([time.signal, limit.signal]) : time.signal;
  const over = new Promise<never>((_, reject) => {
    const refuse = () => {
      reject(new Error('over'));
    };
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  // Nobody may be listening any more.
  over.catch(() => undefined);
  const cancel = limit.clock.after(limit.ms, () => {
    time.abort();
  });
  return { signal, over, cancel };
}
