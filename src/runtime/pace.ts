/**
 * Slows down making the same object again and again: somebody deletes it each time, a garbage collector whose owner is
 * gone or a person's script, and a fight is noise for everybody. The first time again is at once.
 */
import type { Clock } from './clock.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
/** Beyond twice the last wait, so much quiet ends a fight. */
const QUIET_MS = 30_000;
/** From so many entries on, old ones are looked for. */
const SWEEP_AT = 1_000;

interface Made {
  readonly times: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

export class Pace {
  readonly #clock: Clock;
  readonly #made = new Map<string, Made>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many milliseconds to wait before this object is made; 0: make it now. */
  waitFor(id: string): number {
    const now = this.#clock.monotonic();
    const last = this.#made.get(id);
    if (last === undefined || isQuiet(last, now)) return 0;
    return Math.max(0, waitAfter(last.times) - (now - last.at));
  }

  /** This object was made. */
  made(id: string): void {
    const now = this.#clock.monotonic();
    const last = this.#made.get(id);
    const times = last === undefined || isQuiet(last, now) ? 0 : last.times;
    this.#made.set(id, { times: times + 1, at: now });
    this.#sweep(now);
  }

  #sweep(now: number): void {
    if (this.#made.size < this.#sweepAt) return;
    for (const [id, made] of this.#made) if (isQuiet(made, now)) this.#made.delete(id);
    this.#sweepAt = Math.max(SWEEP_AT, this.#made.size * 2);
  }
}

function waitAfter(times: number): number {
  return times < 2 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (times - 2));
}

function isQuiet({ times, at }: Made, now: number): boolean {
  return now - at > 2 * waitAfter(times) + QUIET_MS;
}
