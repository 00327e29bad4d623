/**
 * Watches on what ServiceAccounts applied, as these accounts: one for each account, resource and namespace, as long as
 * anybody follows an object there. Only objects with our label come through it. An account that may not watch is not
 * watched for; its objects are looked at from time to time.
 */
import { type Key, keyOf, MARK, partsOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Account } from '../runtime/errand.ts';
import type { Log } from '../runtime/log.ts';
import { ApiError, isBusy } from './errors.ts';
import type { Impersonation } from './impersonation.ts';
import { Reflector } from './reflector.ts';
import type { Sink } from './sink.ts';

/** So many watches at most; objects beyond are looked at from time to time. */
const MOST = 200;
/** After that long an account may have got the right to watch. */
const REFUSED_MS = 590_000;

/** Who follows is known by a key. */
export interface Listener {
  /** The object is like this now. */
  seen(follower: Key, object: KubeObject): void;
  /** As of this resourceVersion the object is gone, or has lost our label. */
  lost(follower: Key, asOf: string): void;
  /** Whether a watch covers it has changed. */
  covered(follower: Key): void;
}

export interface WatchesOptions {
  readonly impersonation: Impersonation;
  readonly listener: Listener;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What to follow, and as whom. */
export interface Followed {
  readonly as: Account;
  readonly resource: Resource;
  readonly object: Key;
}

interface Following {
  readonly id: string;
  readonly end: AbortController;
  /** Followers by the key of their object. */
  readonly followers: Map<Key, Set<Key>>;
  /** When the account was refused; monotonic milliseconds. */
  refusedAt?: number;
  reflector?: Reflector<KubeObject>;
}

export class ObjectWatches {
  readonly #options: WatchesOptions;
  readonly #watches = new Map<string, Following>();
  readonly #placeOf = new Map<Key, { id: string; object: Key }>();

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Follows an object, in place of what this follower followed before. */
  follow(follower: Key, followed: Followed): void {
    const id = idOf(followed);
    const before = this.#placeOf.get(follower);
    if (before?.id === id && before.object === followed.object && !this.#mayTryAgain(id)) return;
    this.unfollow(follower);
    const watch = this.#watches.get(id) ?? this.#start(id, followed);
    if (watch === undefined) return;
    const followers = watch.followers.get(followed.object) ?? new Set();
    watch.followers.set(followed.object, followers.add(follower));
    this.#placeOf.set(follower, { id, object: followed.object });
    if (this.#mayTryAgain(id)) this.#run(watch, followed);
  }

  unfollow(follower: Key): void {
    const place = this.#placeOf.get(follower);
    const watch = place && this.#watches.get(place.id);
    if (place === undefined || watch === undefined) return;
    this.#placeOf.delete(follower);
    const followers = watch.followers.get(place.object);
    followers?.delete(follower);
    if (followers?.size === 0) watch.followers.delete(place.object);
    if (watch.followers.size > 0) return;
    watch.end.abort();
    this.#watches.delete(place.id);
  }

  /** Whether changes of what is followed are told. */
  covers(follower: Key): boolean {
    const place = this.#placeOf.get(follower);
    const watch = place && this.#watches.get(place.id);
    return watch?.refusedAt === undefined && watch?.reflector?.hasSynced() === true;
  }

  #mayTryAgain(id: string): boolean {
    const refusedAt = this.#watches.get(id)?.refusedAt;
    return refusedAt !== undefined && this.#options.clock.monotonic() - refusedAt >= REFUSED_MS;
  }

  #start(id: string, followed: Followed): Following | undefined {
    if (this.#watches.size >= MOST) return undefined;
    const watch: Following = { id, end: new AbortController(), followers: new Map() };
    this.#watches.set(id, watch);
    this.#run(watch, followed);
    return watch;
  }

  #run(watch: Following, { as, resource, object }: Followed): void {
    const { impersonation, clock, random, log, signal } = this.#options;
    delete watch.refusedAt;
    const { namespace } = partsOf(object);
    const reflector = new Reflector({
      client: impersonation.as(as),
      resource,
      selection: { labelSelector: MARK.ownerUid, ...(namespace !== undefined && { namespace }) },
      sink: this.#sinkOf(watch),
      givesUpOn: isFinal,
      clock,
      random,
      log,
    });
    watch.reflector = reflector;
    void reflector.synced.then(() => {
      this.#tellAll(watch);
    });
    void reflector.run(AbortSignal.any([signal, watch.end.signal])).then(() => {
      if (signal.aborted || watch.end.signal.aborted) return;
      watch.refusedAt = clock.monotonic();
      this.#tellAll(watch);
    });
  }

  #tellAll({ followers }: Following): void {
    for (const follower of [...followers.values()].flatMap((keys) => [...keys]))
      this.#options.listener.covered(follower);
  }

  #sinkOf({ followers }: Following): Sink<KubeObject> {
    const { listener } = this.#options;
    let listed = new Set<Key>();
    const tell = (object: KubeObject) => {
      for (const follower of followers.get(keyOf(object.metadata)) ?? []) listener.seen(follower, object);
    };
    return {
      begin: () => {
        listed = new Set();
      },
      add: (object) => {
        listed.add(keyOf(object.metadata));
        tell(object);
      },
      commit: (asOf) => {
        for (const [object, keys] of followers)
          if (!listed.has(object))
            keys.forEach((key) => {
              listener.lost(key, asOf);
            });
      },
      upsert: tell,
      remove: (object) => {
        const { metadata } = object as Live<KubeObject>;
        followers.get(keyOf(metadata))?.forEach((key) => {
          listener.lost(key, metadata.resourceVersion);
        });
      },
      bookmark: () => undefined,
    };
  }
}

/** The account may not watch, or there is nothing to watch: people mend that, and it is tried again rarely. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404, 405].includes(error.status) && !isBusy(error);
}

function idOf({ as, resource, object }: Followed): string {
  return `${as.namespace}/${as.name} ${resourceName(resource)} ${resource.version} ${partsOf(object).namespace ?? ''}`;
}
