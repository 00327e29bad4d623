/** Keys in lanes, one a controller and namespace; lanes take turns, so that a flood in one delays only itself. */
import type { Key } from '../api/meta.ts';
import type { Item } from './queue.ts';

/** Whether a controller may work on what is in a namespace. */
export type IsOpen = (controller: string, namespace: string) => boolean;

type Lanes = Map<string, Map<string, Set<Key>>>;

export class FairLanes {
  // Maps keep insertion order: who was served goes to the end, and that is the whole round robin.
  readonly #lanes: Lanes = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(controller: string): number {
    let size = 0;
    for (const keys of this.#lanes.get(controller)?.values() ?? []) size += keys.size;
    return size;
  }

  has(controller: string, namespace: string, key: Key): boolean {
    return this.#lanes.get(controller)?.get(namespace)?.has(key) ?? false;
  }

  add(controller: string, namespace: string, key: Key): void {
    const namespaces = getOrMake(this.#lanes, controller, () => new Map<string, Set<Key>>());
    const keys = getOrMake(namespaces, namespace, () => new Set<Key>());
    if (keys.has(key)) return;
    keys.add(key);
    this.#size += 1;
  }

  remove(controller: string, namespace: string, key: Key): void {
    const namespaces = this.#lanes.get(controller);
    const keys = namespaces?.get(namespace);
    if (namespaces === undefined || keys?.delete(key) !== true) return;
    this.#size -= 1;
    if (keys.size === 0) namespaces.delete(namespace);
    if (namespaces.size === 0) this.#lanes.delete(controller);
  }

  /** The next key of the next open namespace of the next eligible controller. */
  take(eligible: (controller: string) => boolean, isOpen: IsOpen = always): Item | undefined {
    for (const [controller, namespaces] of this.#lanes) {
      if (!eligible(controller)) continue;
      const first = firstOpen(namespaces, (namespace) => isOpen(controller, namespace));
      if (first === undefined) continue;
      const [namespace, keys] = first;
      const [key] = keys;
      if (key === undefined) continue;
      moveToEnd(namespaces, namespace, keys);
      moveToEnd(this.#lanes, controller, namespaces);
      this.remove(controller, namespace, key);
      return { controller, key };
    }
    return undefined;
  }
}

function always(): boolean {
  return true;
}

function firstOpen<V>(
  namespaces: ReadonlyMap<string, V>,
  isOpen: (namespace: string) => boolean,
): [string, V] | undefined {
  for (const [namespace, value] of namespaces) if (isOpen(namespace)) return [namespace, value];
  return undefined;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function moveToEnd<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
}
