/**
 * What the API server refused is not asked for again before its time, whatever wakes us meanwhile: a quota that is used
 * up would otherwise cost a request for every change of anything that its owner looks at. As soon as something else is
 * wanted, that is tried at once.
 */
import type { Json } from '../api/object.ts';
import { idOf, type OwnAction } from './action.ts';
import { backoffMs, type BackoffLimits } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import { hashOf } from './hash.ts';

const RETRY: BackoffLimits = { baseMs: 200, maxMs: 60_000 };
/** From so many entries on, those that nobody tried again are looked for. */
const SWEEP_AT = 1_000;
const FORGOTTEN_MS = 600_000;

interface Refused {
  /** What was asked for, as a hash. */
  readonly intent: string;
  readonly times: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly error: Error;
}

export class Refusals {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #refused = new Map<string, Refused>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Why this very action was refused, and for how many milliseconds it is too soon to try again. */
  standing(action: OwnAction): { error: Error; waitMs: number } | undefined {
    const refused = this.#refused.get(idOf(action));
    const waitMs = (refused?.until ?? 0) - this.#clock.monotonic();
    if (refused === undefined || waitMs <= 0 || refused.intent !== intentOf(action)) return undefined;
    return { error: refused.error, waitMs };
  }

  /** It was refused. Returns after how many milliseconds it may be tried again. */
  refused(action: OwnAction, error: Error): number {
    const [id, intent] = [idOf(action), intentOf(action)];
    const last = this.#refused.get(id);
    const times = last?.intent === intent ? last.times + 1 : 1;
    const waitMs = backoffMs(times, RETRY, this.#random);
    this.#refused.set(id, { intent, times, error, until: this.#clock.monotonic() + waitMs });
    this.#sweep();
    return waitMs;
  }

  /** It was carried out. */
  done(action: OwnAction): void {
    this.#refused.delete(idOf(action));
  }

  #sweep(): void {
    if (this.#refused.size < this.#sweepAt) return;
    const before = this.#clock.monotonic() - FORGOTTEN_MS;
    for (const [id, { until }] of this.#refused) if (until < before) this.#refused.delete(id);
    this.#sweepAt = Math.max(SWEEP_AT, this.#refused.size * 2);
  }
}

/** All that is asked for, but not the version of what it was decided on: others write too. */
function intentOf(action: OwnAction): string {
  switch (action.verb) {
    case 'create':
    case 'createByApply':
      // An object is JSON, and is sent as such.
      return hashOf([action.verb, action.object as unknown as Json]);
    case 'apply':
      // Without force it is refused because of what others wrote, so any change of the object may have mended it.
      return hashOf([action.verb, action.object as unknown as Json, action.force ? '' : action.target.resourceVersion]);
    case 'merge':
      return hashOf([action.verb, action.target.uid, action.patch]);
    case 'giveUp':
      return hashOf([action.verb, action.target.uid, [...action.paths]]);
    case 'join':
    case 'release':
      // Any change of the object may have mended it.
      return hashOf([action.verb, action.target.uid, action.target.resourceVersion]);
    default:
      return hashOf([action.verb, action.target.uid, action.onlyIfEmpty === true]);
  }
}
