/** How long turns take, and how long it takes from a change to the write that it leads to. Made only where somebody counts. */
import type { Clock } from './clock.ts';
import type { Observer, TurnEnd } from './observer.ts';
import { idOf, type Item } from './queue.ts';

/** A change that has not led to a write yet. */
interface Wait {
  /** Monotonic milliseconds. */
  readonly since: number;
  /** What it led to was tried, and failed. */
  readonly failed?: true;
}

/** A turn that goes on. */
interface Turn {
  /** Monotonic milliseconds. */
  readonly began: number;
  /** Undefined: a list brought the key, or nothing did. */
  readonly wait: Wait | undefined;
}

export class Timing {
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #waiting = new Map<string, Wait>();
  readonly #turns = new Map<string, Turn>();

  constructor(clock: Clock, observer: Observer) {
    this.#clock = clock;
    this.#observer = observer;
  }

  /** A change concerns this key. */
  woken(item: Item): void {
    const id = idOf(item);
    if (!this.#waiting.has(id)) this.#waiting.set(id, { since: this.#clock.monotonic() });
  }

  begins(item: Item): void {
    const id = idOf(item);
    const [began, wait] = [this.#clock.monotonic(), this.#waiting.get(id)];
    this.#turns.set(id, { began, wait });
    this.#waiting.delete(id);
    // What failed waited for its next try, on purpose.
    if (wait !== undefined && !wait.failed) this.#observer.waited(item.controller, (began - wait.since) / 1_000);
  }

  /** What failed goes on waiting; what found nothing to do, or waits on purpose, does not. */
  ends(item: Item, end: TurnEnd): void {
    const id = idOf(item);
    const turn = this.#turns.get(id);
    this.#turns.delete(id);
    if (turn === undefined) return;
    const secondsFrom = (start: number) => (this.#clock.monotonic() - start) / 1_000;
    this.#observer.turned(item.controller, end, secondsFrom(turn.began));
    // What woke it meanwhile were, as far as one can tell, the answers to its own writes.
    if (end === 'requeue') this.#waiting.delete(id);
    if (turn.wait === undefined) return;
    const { since, failed } = turn.wait;
    if (end === 'requeue') this.#observer.wrote(item.controller, secondsFrom(since));
    // A turn that only waits is no success: what failed before has not been tried again.
    if (end === 'error' || (end === 'requeue_after' && failed)) this.#waiting.set(id, { since, failed: true });
  }
}
