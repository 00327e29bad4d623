/** A clock that moves only when told to, and lets promises settle in between. */
import type { Clock } from '../../src/runtime/clock.ts';

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

export class VirtualClock implements Clock {
  #time = 0;
  #timers: Timer[] = [];

  monotonic(): number {
    return this.#time;
  }

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#time);
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#time + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on by `ms`; timers fire in the order of their times, each at its own. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) this.#fire(timer);
    this.#time = end;
  }

  /** As {@link advance}, and what the timers started with promises goes on in between, and starts timers of its own. */
  async run(ms: number): Promise<void> {
    const end = this.#time + ms;
    await settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#fire(timer);
      await settle();
    }
    this.#time = end;
  }

  #next(end: number): Timer | undefined {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.toSorted((left, right) => left.at - right.at)[0];
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((each) => each !== timer);
    this.#time = Math.max(this.#time, timer.at);
    timer.action();
  }
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
