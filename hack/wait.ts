/** Waiting for a condition of the outside world, with a bound. */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long and how often to look. */
export interface WaitOptions {
  timeoutMs: number;
  everyMs?: number;
}

/** Looks until `probe` gives something other than undefined.
 * @throws {Error} naming `what` when that takes longer than the timeout; a throwing probe ends the wait at once. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, everyMs = 50 }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    }
    await sleep(everyMs);
  }
}
