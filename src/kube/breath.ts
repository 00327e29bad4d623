/** Lets others run during long work: timers, answers and the lease must not wait for a list of 50,000 objects. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../runtime/clock.ts';

/** Work goes on for so long before it pauses. What comes after the check (one object) is on top. */
const WORK_MS = 10;

export class Breath {
  readonly #clock: Clock;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** Whether it is time. Cheap enough to ask for each object. */
  get due(): boolean {
    return this.#clock.monotonic() - this.#since > WORK_MS;
  }

  /** Gives the event loop one turn. */
  async take(): Promise<void> {
    await setImmediate();
    this.#since = this.#clock.monotonic();
  }
}
