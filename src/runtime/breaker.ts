/**
 * The breaker: above a number of mirrors no new one is created. Whoever is turned away waits here, costs no request, and
 * gets its turn when there is room. Source: api.md, `maxObjects`.
 */
import type { Action, Cluster } from './action.ts';
import { PlainError } from './errors.ts';
import { type Item, idOf } from './queue.ts';

/** There is no room for another mirror. Nothing was asked of the API server. */
export class TurnedAwayError extends PlainError {
  override readonly name = 'TurnedAwayError';
}

export interface BreakerOptions {
  /** Carries out what is let through. */
  readonly cluster: Cluster;
  /** How many mirrors there are. */
  readonly count: () => number;
  /** How many there may be. */
  readonly limit: () => number;
  /** Takes note of how many are missing. */
  readonly missing: (count: number) => void;
}

export class Breaker implements Cluster {
  readonly #options: BreakerOptions;
  /** Creates whose answer has not come: they are not counted yet. */
  #inFlight = 0;
  /** Turned away, in this order. */
  readonly #waiting = new Map<string, Item>();
  /** Called again, and not looked at yet. */
  readonly #called = new Map<string, Item>();

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** @throws TurnedAwayError if it would make a mirror too many; otherwise as the cluster does */
  async perform(action: Action): Promise<boolean | void> {
    const { cluster } = this.#options;
    if (action.verb !== 'create' || action.mirror !== true) return await cluster.perform(action);
    if (this.#room() <= 0) throw new TurnedAwayError('There is no room for another mirror.');
    this.#inFlight += 1;
    try {
      return await cluster.perform(action);
    } finally {
      this.#inFlight -= 1;
    }
  }

  /** An item is about to be looked at: whether it still wants a mirror is open. */
  starts(item: Item): void {
    if (this.#waiting.size + this.#called.size === 0) return;
    this.#waiting.delete(idOf(item));
    this.#called.delete(idOf(item));
    this.#tell();
  }

  /** An item was turned away. */
  waits(item: Item): void {
    this.#waiting.set(idOf(item), item);
    this.#tell();
  }

  /** Those for whom there is room now. */
  *next(): Iterable<Item> {
    if (this.#waiting.size === 0) return;
    let room = this.#room() - this.#called.size;
    for (const [id, item] of this.#waiting) {
      if (room <= 0) return;
      room -= 1;
      this.#waiting.delete(id);
      this.#called.set(id, item);
      yield item;
    }
  }

  #room(): number {
    const { count, limit } = this.#options;
    return limit() - count() - this.#inFlight;
  }

  #tell(): void {
    this.#options.missing(this.#waiting.size + this.#called.size);
  }
}
