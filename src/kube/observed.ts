/**
 * What is known of the objects that errands are about, kept in a store that is part of the view. Knowledge grows old:
 * where no watch tells, an object is looked at again after a while, ever more rarely as long as it stays the same; what
 * was refused is tried again.
 */
import { type Key, keyIn, keyOf, MARK, partsOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { type BackoffLimits, backoffMs } from '../runtime/backoff.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { type Errand, type Fact, idOf, type Observation } from '../runtime/errand.ts';
import { keepOf } from './keep.ts';
import { ObjectWatches, type WatchesOptions } from './object-watches.ts';
import { isNewer } from './resource-version.ts';
import type { Store } from './store.ts';

/** How soon something is looked at again: what is ours and quiet every ten minutes, what is in our way each minute. */
const POLL_MS = { first: 2_000, ours: 600_000, others: 60_000 };
const REFUSED: BackoffLimits = { baseMs: 500, maxMs: 60_000 };

/** What an errand found out. */
export type News = Pick<Observation, 'fact' | 'refusal' | 'held' | 'settled'>;

export interface ObservedOptions extends Omit<WatchesOptions, 'listener'> {
  readonly store: Store<Observation>;
  readonly clock: Clock;
  readonly random: Random;
}

/** When an observation is to be looked at again. */
interface Age {
  /** How often it was refused in a row. */
  refusals: number;
  /** How often in a row it was found as it was. */
  same: number;
  cancel: () => void;
}

export class Observed {
  readonly #store: Store<Observation>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #watches: ObjectWatches;
  readonly #ages = new Map<Key, Age>();
  /** The keys of the observations that an owner asked for. */
  readonly #byOwner = new Map<string, Set<Key>>();
  #version = 0;

  constructor(options: ObservedOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#random = options.random;
    const listener = {
      seen: (key: Key, object: KubeObject) => {
        this.#seen(key, object as Live<KubeObject>);
      },
      lost: (key: Key, asOf: string) => {
        this.#lost(key, asOf);
      },
      covered: (key: Key) => {
        this.#schedule(key);
      },
    };
    this.#watches = new ObjectWatches({ ...options, listener });
  }

  get(errand: Errand): Observation | undefined {
    return this.#store.get(observationKey(errand));
  }

  /** Takes what an errand found out, and what it found it out with. */
  learn(errand: Errand, resource: Resource | undefined, news: News): void {
    const key = observationKey(errand);
    const before = this.#store.get(key);
    this.#grow(key, before, news);
    this.#put(key, { ...shellOf(errand, key), ...news });
    if (news.fact?.state === 'Live' && resource !== undefined && isMarked(news.fact.object, errand.owner.uid)) {
      this.#watches.follow(key, { as: errand.as, resource, object: keyOf(news.fact.object.metadata) });
    }
    this.#schedule(key);
  }

  /** What was asked last has to wait for so long. */
  hold(errand: Errand, ms: number): void {
    const key = observationKey(errand);
    this.#put(key, { ...(this.#store.get(key) ?? shellOf(errand, key)), held: true });
    this.#after(key, ms, () => {
      this.#change(key, (observation) => ({ ...observation, held: undefined }));
    });
  }

  /** Something may have happened to the object; only looking tells what. */
  doubt(errand: Errand): void {
    this.#doubt(observationKey(errand));
  }

  #doubt(key: Key): void {
    this.#change(key, (observation) => ({ ...observation, stale: true }));
  }

  forget(errand: Errand): void {
    this.#drop(observationKey(errand), errand.owner.uid);
  }

  /** The custom resource that asked is gone. */
  forgetAll(owner: string): void {
    for (const key of this.#byOwner.get(owner) ?? []) this.#drop(key, owner);
  }

  close(): void {
    for (const { cancel } of this.#ages.values()) cancel();
    this.#ages.clear();
  }

  #seen(key: Key, object: Live<KubeObject>): void {
    const before = this.#store.get(key);
    if (before === undefined) return;
    const { fact } = before;
    if (fact?.state !== 'Live') return this.#doubt(key);
    if (!isNewer(object.metadata.resourceVersion, fact.object.metadata.resourceVersion)) return;
    this.#put(key, { ...before, stale: undefined, fact: { ...fact, object } });
  }

  /** A list may have begun before the object was written, and end after that. */
  #lost(key: Key, asOf: string): void {
    const fact = this.#store.get(key)?.fact;
    if (fact?.state === 'Live' && isNewer(fact.object.metadata.resourceVersion, asOf)) return;
    this.#doubt(key);
  }

  #change(key: Key, change: (observation: Observation) => Observation): void {
    const before = this.#store.get(key);
    if (before !== undefined) this.#put(key, change(before));
  }

  #put(key: Key, observation: Observation): void {
    this.#version += 1;
    const { owner, metadata } = observation;
    const keys = this.#byOwner.get(owner.uid) ?? new Set();
    this.#byOwner.set(owner.uid, keys.add(key));
    this.#store.observe({ ...observation, metadata: { ...metadata, resourceVersion: String(this.#version) } });
  }

  #drop(key: Key, owner: string): void {
    this.#ages.get(key)?.cancel();
    this.#ages.delete(key);
    this.#watches.unfollow(key);
    this.#byOwner.get(owner)?.delete(key);
    if (this.#byOwner.get(owner)?.size === 0) this.#byOwner.delete(owner);
    this.#store.observeGone(key, key);
  }

  #ageOf(key: Key): Age {
    const age = this.#ages.get(key) ?? { refusals: 0, same: 0, cancel: () => undefined };
    this.#ages.set(key, age);
    return age;
  }

  /** Counts what was found again as it was. */
  #grow(key: Key, before: Observation | undefined, { fact, refusal }: News): void {
    const age = this.#ageOf(key);
    age.refusals = refusal === undefined && fact?.state !== 'Unserved' ? 0 : age.refusals + 1;
    age.same = versionOf(before?.fact) === versionOf(fact) ? age.same + 1 : 0;
  }

  /** Decides when to look again. */
  #schedule(key: Key): void {
    const observation = this.#store.get(key);
    if (observation === undefined || observation.held === true) return;
    const { fact, refusal } = observation;
    if (refusal !== undefined || fact?.state === 'Unserved') {
      this.#after(key, backoffMs(this.#ageOf(key).refusals, REFUSED, this.#random), () => {
        this.#change(key, retried);
      });
      return;
    }
    if (fact === undefined || this.#watches.covers(key)) {
      this.#ageOf(key).cancel();
      return;
    }
    this.#after(key, this.#pollMs(observation), () => {
      this.#doubt(key);
    });
  }

  #pollMs({ fact, owner, metadata }: Observation): number {
    const { same } = this.#ageOf(keyOf(metadata));
    const most = fact?.state === 'Live' && !isMarked(fact.object, owner.uid) ? POLL_MS.others : POLL_MS.ours;
    return Math.min(most, POLL_MS.first * 2 ** Math.min(same, 20)) * (0.9 + 0.1 * this.#random());
  }

  #after(key: Key, ms: number, action: () => void): void {
    const age = this.#ageOf(key);
    age.cancel();
    age.cancel = this.#clock.after(ms, action);
  }
}

/** What was refused, or was not served, is to be tried as if nothing were known about it but the object itself. */
function retried(observation: Observation): Observation {
  const { fact } = observation;
  return { ...observation, refusal: undefined, fact: fact?.state === 'Unserved' ? undefined : fact };
}

function observationKey({ owner, about }: Errand): Key {
  return keyIn(partsOf(owner.key).namespace, `${owner.uid} ${idOf(about)}`);
}

function shellOf({ owner, about, as }: Errand, key: Key): Observation {
  const { namespace, name } = partsOf(key);
  const metadata = { name, ...(namespace !== undefined && { namespace }), uid: key };
  return { apiVersion: 'v1', kind: 'Observation', metadata, owner, about, as };
}

function versionOf(fact: Fact | undefined): string | undefined {
  return fact?.state === 'Live' ? fact.object.metadata.resourceVersion : fact?.state;
}

function isMarked({ metadata }: KubeObject, uid: string): boolean {
  return metadata.annotations?.[MARK.ownerUid] === uid && metadata.labels?.[MARK.ownerUid] !== undefined;
}

/** What is kept of an object: as of any other that is ours. */
export function factOf(resource: Resource, object: Live<KubeObject>): Fact {
  return { state: 'Live', object: keepOf(resource)(object), namespaced: resource.namespaced };
}
