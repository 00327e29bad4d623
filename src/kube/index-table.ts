/** One index of a store: from a value to the keys of the objects that it files there. */
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Index } from '../runtime/view.ts';

export class IndexTable<T extends KubeObject> {
  readonly #index: Index<T>;
  readonly #keys = new Map<string, Set<Key>>();

  constructor(index: Index<T>) {
    this.#index = index;
  }

  /** The keys filed under a value. */
  at(value: string): ReadonlySet<Key> {
    return this.#keys.get(value) ?? NONE;
  }

  /** Follows an object from what it was to what it is. */
  move(key: Key, before: Live<T> | undefined, after: Live<T> | undefined): void {
    const left = before === undefined ? [] : this.#index.keys(before);
    const entered = after === undefined ? [] : this.#index.keys(after);
    for (const value of left) if (!entered.includes(value)) this.#remove(value, key);
    for (const value of entered) this.#add(value, key);
  }

  #add(value: string, key: Key): void {
    const keys = this.#keys.get(value);
    if (keys === undefined) this.#keys.set(value, new Set([key]));
    else keys.add(key);
  }

  #remove(value: string, key: Key): void {
    const keys = this.#keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(value);
  }
}

const NONE: ReadonlySet<Key> = new Set();
