/** All stores together: the View that reconcilers get. */
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import type { Change } from '../runtime/change.ts';
import type { Source } from '../runtime/kind.ts';
import type { Index, View } from '../runtime/view.ts';
import { Store } from './store.ts';

export class Stores implements View {
  readonly #stores = new Map<string, Store>();
  /** The same stores, which are asked for more often than anything else. */
  readonly #byToken = new Map<Resource, Store>();

  /** One store for each resource that a source names, with the indexes that the sources declare. */
  constructor(sources: Iterable<Source>, onChange: (change: Change) => void) {
    for (const { resource, indexes = [] } of sources) {
      this.#ensure(resource, onChange);
      for (const index of indexes) this.#ensure(index.resource, onChange).addIndex(index);
    }
  }

  get<T extends KubeObject>(resource: Resource<T>, key: Key): Live<T> | undefined {
    return this.of(resource).get(key);
  }

  by<T extends KubeObject>(index: Index<T>, value: string): readonly Live<T>[] {
    return [...this.each(index, value)];
  }

  *each<T extends KubeObject>(index: Index<T>, value: string): Iterable<Live<T>> {
    const store = this.of(index.resource);
    for (const key of store.table(index).at(value)) {
      const object = store.get(key);
      if (object !== undefined) yield object;
    }
  }

  count(index: Index, value: string): number {
    return this.of(index.resource).table(index).count(value);
  }

  all<T extends KubeObject>(resource: Resource<T>): Iterable<Live<T>> {
    return this.of(resource).values();
  }

  /** Every store, to be filled by a reflector. */
  [Symbol.iterator](): Iterator<Store> {
    return this.#stores.values();
  }

  /**
   * The store of a resource. A token carries the type of its objects, and a store is filled for one token only, so the
   * cast holds.
   * @throws Error if no source names the resource
   */
  of<T extends KubeObject>(resource: Resource<T>): Store<T> {
    const store = this.#byToken.get(resource) ?? this.#stores.get(resourceName(resource));
    if (store === undefined) throw new Error(`Nobody watches ${resource.plural}: name it in owns or reads.`);
    return store as unknown as Store<T>;
  }

  /** Whether a resource is watched. */
  has(resource: Resource): boolean {
    return this.#stores.has(resourceName(resource));
  }

  #ensure(resource: Resource, onChange: (change: Change) => void): Store {
    const store = this.#stores.get(resourceName(resource)) ?? new Store(resource, onChange);
    this.#stores.set(resourceName(resource), store);
    this.#byToken.set(resource, store);
    return store;
  }
}
