/**
 * Slows down doing the same to the same object again and again: somebody undoes it each time, a garbage collector whose
 * owner is gone, a person's script or another controller, and a fight is noise for everybody. The first times are at once.
 */
import type { Clock } from './clock.ts';

/** When slowing begins, and when it ends. Durations are milliseconds. */
export interface PaceLimits {
  /** So many times nothing has to wait. */
  readonly free: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Beyond twice the last wait, so much quiet ends a fight. */
  readonly quietMs: number;
}

/** For making an object. */
const MAKING: PaceLimits = { free: 2, firstWaitMs: 2_000, longestWaitMs: 300_000, quietMs: 30_000 };
/** From so many entries on, old ones are looked for. */
const SWEEP_AT = 1_000;

interface Made {
  readonly times: number;
  /** How often it went without our doing. */
  readonly losses: number;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** We took it away ourselves, to make another one. */
  readonly replaced?: true;
}

export class Pace {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  readonly #made = new Map<string, Made>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock, limits: PaceLimits = MAKING) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many milliseconds to wait before this is done again; 0: do it now. */
  waitFor(id: string): number {
    const last = this.#recent(id);
    return last === undefined ? 0 : Math.max(0, this.#waitAfter(last) - (this.#clock.monotonic() - last.at));
  }

  /** It was done. */
  made(id: string): void {
    const { times = 0, losses = 0, replaced } = this.#recent(id) ?? {};
    const lost = times > 0 && replaced === undefined;
    this.#made.set(id, { times: times + 1, losses: losses + (lost ? 1 : 0), at: this.#clock.monotonic() });
    this.#sweep();
  }

  /** We take it away ourselves: that it has to be made again is nobody's attack. */
  replaced(id: string): void {
    const last = this.#recent(id);
    if (last !== undefined) this.#made.set(id, { ...last, replaced: true });
  }

  /** We took it away because it is not wanted: when it is wanted again, that is a new start. */
  forget(id: string): void {
    this.#made.delete(id);
  }

  /** How often somebody undid it lately. */
  losses(id: string): number {
    return this.#recent(id)?.losses ?? 0;
  }

  /** All that something is known of. */
  ids(): Iterable<string> {
    return this.#made.keys();
  }

  /** Whether nothing is known of it any more. */
  isForgotten(id: string): boolean {
    return this.#recent(id) === undefined;
  }

  /** In how many milliseconds the fight is over, unless it goes on; 0: there is none. */
  quietIn(id: string): number {
    const last = this.#recent(id);
    if (last === undefined || this.#waitAfter(last) === 0) return 0;
    return last.at + this.#lasting(last) - this.#clock.monotonic();
  }

  #recent(id: string): Made | undefined {
    const last = this.#made.get(id);
    return last === undefined || this.#isQuiet(last) ? undefined : last;
  }

  #waitAfter({ times }: Made): number {
    const { free, firstWaitMs, longestWaitMs } = this.#limits;
    return times < free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (times - free));
  }

  /** How long it is remembered. */
  #lasting(made: Made): number {
    return 2 * this.#waitAfter(made) + this.#limits.quietMs;
  }

  #isQuiet(made: Made): boolean {
    return this.#clock.monotonic() - made.at >= this.#lasting(made);
  }

  #sweep(): void {
    if (this.#made.size < this.#sweepAt) return;
    for (const [id, made] of this.#made) if (this.#isQuiet(made)) this.#made.delete(id);
    this.#sweepAt = Math.max(SWEEP_AT, this.#made.size * 2);
  }
}
