/** One server, one opinion on when it wants to be left alone: a pause that all requests of a client share. */
import { type Clock, type Random, sleep } from '../runtime/clock.ts';

/** However long a server (or what answers in its place) asks us to wait, we ask again after this. */
const LONGEST_MS = 60_000;
/** Those who waited do not all come back in the same instant, but spread over this part of the pause. */
const SPREAD = 0.2;

export class Pause {
  readonly #clock: Clock;
  readonly #random: Random;
  #until = 0;
  #length = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Nobody shall ask for so long. A pause is never shortened. */
  extend(ms: number): void {
    const until = this.#clock.monotonic() + Math.min(ms, LONGEST_MS);
    if (until <= this.#until) return;
    this.#until = until;
    this.#length = Math.min(ms, LONGEST_MS);
  }

  /** Resolves when the pause is over, or `signal` aborts. */
  async over(signal?: AbortSignal): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      if (signal?.aborted) return;
      await sleep(this.#clock, left + this.#length * SPREAD * this.#random(), signal);
    }
  }

  #left(): number {
    return this.#until - this.#clock.monotonic();
  }
}
