/**
 * The census: how many custom resources there are, managed and mirrors, counted along with every change, so that nobody
 * has to look through all of them. It stands in the view as one object, which changes seldom.
 */
import { GROUP } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Change } from './change.ts';
import type { Clock } from './clock.ts';
import { isManaged } from './ownership.ts';

export interface Count {
  readonly managed: number;
  /** Mirrors. */
  readonly adopted: number;
}

export interface Census extends KubeObject {
  readonly total: Count;
  /** By namespace; what has none is in the total alone. */
  readonly namespaces: Readonly<Record<string, Count>>;
  /** Mirrors that are missing because there may not be more. */
  readonly missing: number;
  /** When all that lists brought was last compared with what there is; RFC 3339. Left out: not yet. */
  readonly comparedAt?: string | undefined;
}

export const Censuses: Resource<Census> = {
  group: '',
  version: 'v1',
  kind: 'Census',
  plural: 'censuses',
  namespaced: false,
  inMemory: true,
};
/** There is one. */
export const CENSUS = 'census';

/** The first is published soon after all was listed, the next ones at this distance at least. */
const FIRST_MS = 1_000;
const PACE_MS = 10_000;

export class Counter {
  readonly #clock: Clock;
  readonly #publish: (census: Live<Census>) => void;
  readonly #counts = new Map<string, { managed: number; adopted: number }>();
  readonly #total = { managed: 0, adopted: 0 };
  #missing = 0;
  /** Before, what is counted is only what lists have brought so far. */
  #isListed = false;
  #comparedAt: string | undefined;
  #isUncompared = true;
  #version = 0;
  #publishedAt = -Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, publish: (census: Live<Census>) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  /** How many mirrors there are. */
  get adopted(): number {
    return this.#total.adopted;
  }

  /** All of them. */
  get total(): Count {
    return this.#total;
  }

  /** How many mirrors are missing because there may not be more. */
  get shortOf(): number {
    return this.#missing;
  }

  /** When all that lists brought was last compared with what there is; RFC 3339. Undefined: not yet. */
  get comparedAt(): string | undefined {
    return this.#comparedAt;
  }

  /** Everything that counts has been seen once. */
  listed(): void {
    this.#isListed = true;
    this.#schedule();
  }

  /** Takes a change of a store. */
  changed({ resource, before, after, urgency }: Change): void {
    if (urgency === 'Background') this.#isUncompared = true;
    if (resource.group !== GROUP) return;
    const [was, is] = [before && sortOf(before), after && sortOf(after)];
    if (was === is) return;
    if (before !== undefined && was !== undefined) this.#count(before, was, -1);
    if (after !== undefined && is !== undefined) this.#count(after, is, 1);
    this.#schedule();
  }

  /** So many mirrors are missing because there may not be more. */
  missing(count: number): void {
    if (count === this.#missing) return;
    this.#missing = count;
    this.#schedule();
  }

  /** Nothing waits to be looked at any more. It is told with the next change: the time alone is no news. */
  settled(): void {
    if (!this.#isUncompared || !this.#isListed) return;
    this.#isUncompared = false;
    this.#comparedAt = this.#clock.now().toISOString();
  }

  /** Publishes nothing any more. */
  close(): void {
    this.#cancel?.();
  }

  #count({ metadata: { namespace } }: KubeObject, sort: keyof Count, by: number): void {
    this.#total[sort] += by;
    if (namespace === undefined) return;
    const count = this.#counts.get(namespace) ?? { managed: 0, adopted: 0 };
    count[sort] += by;
    if (count.managed + count.adopted === 0) this.#counts.delete(namespace);
    else this.#counts.set(namespace, count);
  }

  #schedule(): void {
    if (this.#cancel !== undefined || !this.#isListed) return;
    const dueAt = Math.max(this.#clock.monotonic() + FIRST_MS, this.#publishedAt + PACE_MS);
    this.#cancel = this.#clock.after(dueAt - this.#clock.monotonic(), () => {
      this.#cancel = undefined;
      this.#publishedAt = this.#clock.monotonic();
      this.#publish(this.#census());
    });
  }

  #census(): Live<Census> {
    this.#version += 1;
    return {
      apiVersion: Censuses.version,
      kind: Censuses.kind,
      metadata: { name: CENSUS, uid: CENSUS, resourceVersion: String(this.#version) },
      total: { ...this.#total },
      namespaces: Object.fromEntries([...this.#counts].map(([namespace, count]) => [namespace, { ...count }])),
      missing: this.#missing,
      comparedAt: this.#comparedAt,
    };
  }
}

function sortOf(object: KubeObject): keyof Count {
  return isManaged(object) ? 'managed' : 'adopted';
}
