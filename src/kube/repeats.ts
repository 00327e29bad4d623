/** Notices who says the same again and again: what goes on for hours need not be told each minute. */
import type { Clock } from '../runtime/clock.ts';

/** So often the same may be said within the window. */
const ALLOWED = 3;
const WINDOW_MS = 600_000;
/** From so many entries on, old ones are looked for. */
const SWEEP_AT = 1_000;

interface Said {
  readonly times: number;
  /** When the window began; monotonic milliseconds. */
  readonly since: number;
}

export class Repeats {
  readonly #clock: Clock;
  readonly #said = new Map<string, Said>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note that this is about to be said; false: it was said often enough lately. */
  allows(text: string): boolean {
    const now = this.#clock.monotonic();
    const last = this.#said.get(text);
    const { times, since } = last === undefined || isOver(last, now) ? { times: 0, since: now } : last;
    if (times >= ALLOWED) return false;
    this.#said.set(text, { times: times + 1, since });
    this.#sweep(now);
    return true;
  }

  #sweep(now: number): void {
    if (this.#said.size < this.#sweepAt) return;
    for (const [text, said] of this.#said) if (isOver(said, now)) this.#said.delete(text);
    this.#sweepAt = Math.max(SWEEP_AT, this.#said.size * 2);
  }
}

function isOver({ since }: Said, now: number): boolean {
  return now - since >= WINDOW_MS;
}
