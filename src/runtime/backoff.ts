/** Exponential back-off with full jitter: the one formula for retries, wherever something is tried again. */
import type { Random } from './clock.ts';

/** Bounds of a back-off, in milliseconds. */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before try number `failures + 1`: uniformly random up to base·2^(failures−1), capped, and never less
 * than a tenth of that, so that a jitter of zero is no busy loop.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: Random): number {
  const ceiling = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(failures - 1, 30));
  return ceiling * (0.1 + 0.9 * random());
}
