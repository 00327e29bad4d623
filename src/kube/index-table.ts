/** One index of a store: from a value to the keys of the objects that it files there. */
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Index } from '../runtime/view.ts';

export class IndexTable<T extends KubeObject> {
  readonly #index: Index<T>;
  /** Most values have one key only: that stands for itself, because a set of one costs more than the key. */
  readonly #keys = new Map<string, Key | Set<Key>>();

  constructor(index: Index<T>) {
    this.#index = index;
  }

  /** The keys filed under a value. */
  at(value: string): Iterable<Key> {
    const keys = this.#keys.get(value);
    return typeof keys === 'string' ? [keys] : (keys ?? NONE);
  }

  /** How many keys are filed under a value. */
  count(value: string): number {
    const keys = this.#keys.get(value);
    return typeof keys === 'string' ? 1 : (keys?.size ?? 0);
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
    if (keys === undefined) this.#keys.set(value, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keys.set(value, new Set([keys, key]));
  }

  #remove(value: string, key: Key): void {
    const keys = this.#keys.get(value);
    if (keys === key) this.#keys.delete(value);
    if (keys === undefined || typeof keys === 'string') return;
    keys.delete(key);
    if (keys.size === 0) this.#keys.delete(value);
  }
}

const NONE: readonly Key[] = [];
