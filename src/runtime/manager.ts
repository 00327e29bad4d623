/**
 * Runs the controllers. The whole machine in one picture:
 *
 *  API server ──watch──▶ kube/reflector ─▶ kube/store ─▶ runtime/wake ─keys─▶ runtime/queue
 *      ▲                                      │                                  │
 *      │                                    View (read-only)                     ▼
 *      │                                      └──────────────▶ kinds/<kind>.reconcile, adoption/<kind>.decide   (pure)
 *      │                                                                         │ Outcome
 *      └──── kube/perform ◀──── runtime/reconcile ◀──── runtime/plan (pure) ◀────┘
 */
import { partsOf } from '../api/meta.ts';
import { backoffMs, type BackoffLimits } from './backoff.ts';
import { type Breaker, TurnedAwayError } from './breaker.ts';
import type { Counter } from './census.ts';
import type { Change } from './change.ts';
import type { Random } from './clock.ts';
import type { Controller } from './controller.ts';
import { StaleViewError } from './errors.ts';
import { failureOf } from './failure.ts';
import type { Follower, Turn } from './follower.ts';
import type { Log } from './log.ts';
import { idOf, type Item, WorkQueue } from './queue.ts';
import type { Readiness } from './readiness.ts';
import { type Context, turn, type TurnResult } from './reconcile.ts';
import { Timing } from './timing.ts';
import { endOf } from './turn-end.ts';
import { Waker } from './wake.ts';

/** Turns that may wait for an answer of the API server at the same time. */
const CONCURRENCY = 64;
/** Longest stretch of work, in milliseconds, before timers and sockets get their turn. */
const SLICE_MS = 10;
const RETRY: BackoffLimits = { baseMs: 200, maxMs: 60_000 };
/** A stale view is mended by the next event, which is on its way. */
const STALE_RETRY: BackoffLimits = { baseMs: 50, maxMs: 2_000 };
/** So many turns in a row may write before that is suspicious: a story of several steps takes three or four. */
const UNSETTLED = 8;
const UNSETTLED_RETRY: BackoffLimits = { baseMs: 1_000, maxMs: 300_000 };
/** A change that concerns more keys than this is one of settings, such as a filter of the inventory. */
const MANY = 64;

export interface ManagerOptions extends Context, Readiness {
  readonly controllers: readonly Controller[];
  readonly random: Random;
  readonly log: Log;
  readonly census: Counter;
  readonly breaker: Breaker;
  /** Left out: nobody wants to know what is done in which turn. */
  readonly follower?: Follower | undefined;
}

export class Manager {
  readonly #options: ManagerOptions;
  readonly #controllers: ReadonlyMap<string, Controller>;
  readonly #queue: WorkQueue;
  readonly #waker: Waker;
  readonly #timing: Timing | undefined;
  /** How often in a row a key has failed. */
  readonly #failures = new Map<string, number>();
  /** How many turns in a row of a key have written something. */
  readonly #streaks = new Map<string, number>();
  /** Until when a key that never settles is left alone, whatever wakes it: its own writes do. Monotonic milliseconds. */
  readonly #heldUntil = new Map<string, number>();
  /** Tells the turns of this process from those of others. */
  readonly #process: string;
  #turns = 0;
  #pumping = false;
  #stopping = false;
  #idle: (() => void) | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#controllers = new Map(options.controllers.map((controller) => [controller.name, controller]));
    this.#queue = new WorkQueue(options.clock, ({ controller }) => {
      options.observer?.queued(controller);
      this.pump();
    });
    this.#waker = new Waker(options.controllers, options.view);
    this.#process = Math.floor(options.random() * 2 ** 32).toString(16);
    this.#timing = options.observer && new Timing(options.clock, options.observer);
  }

  /** Takes a change of a store. */
  changed(change: Change): void {
    this.#options.census.changed(change);
    const items = [...this.#waker.itemsFor(change)];
    // What concerns thousands must not stand before the one thing that somebody applied just now.
    const urgency = items.length > MANY ? 'Background' : change.urgency;
    for (const item of items) {
      // A list is no news, and who stands by waits for something else.
      if (urgency === 'Fresh' && this.#eligible(item.controller)) this.#timing?.woken(item);
      this.#queue.add(item, urgency);
    }
    this.#refill();
  }

  /** Keys of a controller that wait. */
  depthOf(controller: string): number {
    return this.#queue.depthOf(controller);
  }

  /** Turns of a controller that go on. */
  activeOf(controller: string): number {
    return this.#queue.activeOf(controller);
  }

  /** Objects that somebody else changes or deletes again and again. */
  get contested(): number {
    return this.#options.contests.size;
  }

  /** Starts as many turns as may run; called whenever there may be something to do. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#options.clock.after(0, () => {
      this.#pumping = false;
      this.#runSlice();
    });
  }

  /** Takes no more work, and resolves when the turns in flight have finished. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.close();
    if (this.#queue.active === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #runSlice(): void {
    const { clock } = this.#options;
    const started = clock.monotonic();
    while (!this.#stopping && this.#queue.active < CONCURRENCY) {
      const item = this.#queue.take((name) => this.#eligible(name), this.#options.open);
      if (item === undefined) return;
      void this.#run(item);
      if (clock.monotonic() - started > SLICE_MS) {
        this.pump();
        return;
      }
    }
  }

  #eligible(name: string): boolean {
    const controller = this.#controllers.get(name);
    return controller !== undefined && this.#options.synced(controller);
  }

  async #run(item: Item): Promise<void> {
    const heldMs = this.#heldFor(item);
    if (heldMs > 0) {
      this.#queue.done(item);
      this.#queue.addAfter(item, heldMs);
      return;
    }
    const controller = this.#controllers.get(item.controller);
    this.#options.breaker.starts(item);
    this.#timing?.begins(item);
    this.#turns += 1;
    const number = this.#turns;
    const result = controller === undefined ? {} : await this.#turn(controller, item, number);
    this.#timing?.ends(item, endOf(result));
    this.#queue.done(item);
    if (result.error instanceof TurnedAwayError) this.#options.breaker.waits(item);
    else this.#follow(item, result, number);
    this.#refill();
    if (this.#queue.depth + this.#queue.active === 0) this.#options.census.settled();
    if (this.#stopping && this.#queue.active === 0) this.#idle?.();
    this.pump();
  }

  #turn(controller: Controller, item: Item, number: number): Promise<TurnResult> {
    const { follower } = this.#options;
    if (follower?.follows !== true) return turn(controller, item.key, this.#options);
    return follower.follow(this.#named(item, number), () => turn(controller, item.key, this.#options));
  }

  /** A name costs more than a number, and few turns need one. */
  #named({ controller, key }: Item, number: number): Turn {
    return { controller, ...partsOf(key), reconcileID: `${this.#process}-${number}` };
  }

  /** Who was turned away by the breaker comes back as far as there is room. */
  #refill(): void {
    for (const item of this.#options.breaker.next()) this.#queue.add(item, 'Background');
  }

  /** The one switch that decides when a key is looked at again. */
  #follow(item: Item, result: TurnResult, number: number): void {
    if (this.#stopping) return;
    const { error, requeueAfterMs } = result;
    const id = idOf(item);
    if (error !== undefined) {
      this.#retry(item, { ...result, error }, number);
      return;
    }
    if (requeueAfterMs !== 0) this.#streaks.delete(id);
    // A turn that only waits is no success: what failed before has not been tried again.
    if (requeueAfterMs === undefined || requeueAfterMs === 0) this.#failures.delete(id);
    if (requeueAfterMs === undefined) this.#queue.forget(item);
    else if (requeueAfterMs === 0) this.#again(item, number);
    else this.#queue.addAfter(item, requeueAfterMs);
  }

  #retry(item: Item, { error, requeueAfterMs }: TurnResult & { error: Error }, number: number): void {
    this.#options.observer?.retried(item.controller);
    const id = idOf(item);
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    const limits = error instanceof StaleViewError ? STALE_RETRY : RETRY;
    this.#queue.addAfter(item, requeueAfterMs ?? backoffMs(failures, limits, this.#options.random));
    if (!(error instanceof StaleViewError)) this.#complain(error, failures, this.#named(item, number));
  }

  /** After a write the key is looked at at once; but one that never settles must not become a flood of writes. */
  #again(item: Item, number: number): void {
    const id = idOf(item);
    const streak = (this.#streaks.get(id) ?? 0) + 1;
    this.#streaks.set(id, streak);
    if (streak <= UNSETTLED) {
      this.#queue.add(item);
      return;
    }
    const { clock, log, random } = this.#options;
    log.warn('writes to an object have no lasting effect, and each is followed by another one', {
      ...this.#named(item, number),
      writes: streak,
    });
    const waitMs = backoffMs(streak - UNSETTLED, UNSETTLED_RETRY, random);
    this.#heldUntil.set(id, clock.monotonic() + waitMs);
    this.#queue.addAfter(item, waitMs);
  }

  #heldFor(item: Item): number {
    const id = idOf(item);
    const remaining = (this.#heldUntil.get(id) ?? 0) - this.#options.clock.monotonic();
    if (remaining <= 0) this.#heldUntil.delete(id);
    return Math.max(0, remaining);
  }

  #complain(error: Error, failures: number, named: Turn): void {
    // The first, the second, the fourth, the eighth: what goes on for hours need not be said each minute.
    if (!Number.isInteger(Math.log2(failures))) return;
    this.#options.log.warn('reconcile failed; it is tried again', { ...named, failures, error: failureOf(error) });
  }
}
