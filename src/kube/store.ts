/**
 * The last known state of one resource, with its indexes. A reflector fills it, and so do the answers to our own writes:
 * the next turn must see what the last one did, although the watch has not told yet.
 */
import { type Key, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Change } from '../runtime/change.ts';
import type { Index } from '../runtime/view.ts';
import { IndexTable } from './index-table.ts';
import { isNewer } from './resource-version.ts';
import type { Revision } from './revision.ts';
import type { Sink } from './sink.ts';

/** What one reflector has told: of everything, or of one namespace. */
interface Part {
  /** Left out: everything. */
  readonly namespace?: string;
  /** The newest version that the watch has told of: what it has passed, it knows better than any answer. */
  watched: string;
  /** The keys that a list in progress has brought. */
  listed?: Set<Key> | undefined;
}

export class Store<T extends KubeObject = KubeObject> implements Sink<T> {
  readonly resource: Resource<T>;
  readonly #onChange: (change: Change) => void;
  readonly #objects = new Map<Key, Live<T>>();
  readonly #tables = new Map<Index<T>, IndexTable<T>>();
  readonly #whole: Part = { watched: '0' };
  /** By namespace; none where one reflector tells everything. */
  readonly #parts = new Map<string, Part>();

  /** The versions that answers to our writes told and the watch has not yet, with the UIDs. */
  readonly #answered = new Map<string, string>();

  constructor(resource: Resource<T>, onChange: (change: Change) => void) {
    this.resource = resource;
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: Key): Live<T> | undefined {
    return this.#objects.get(key);
  }

  isEcho({ uid, resourceVersion }: Revision): boolean {
    return this.#answered.get(resourceVersion) === uid;
  }

  values(): Iterable<Live<T>> {
    return this.#objects.values();
  }

  /** Makes an index; to be called before the first object comes. */
  addIndex(index: Index<T>): void {
    if (!this.#tables.has(index)) this.#tables.set(index, new IndexTable(index));
  }

  /** @throws Error if nobody declared this index: a source forgot it. */
  table(index: Index<T>): IndexTable<T> {
    const table = this.#tables.get(index);
    if (table === undefined) throw new Error(`The index «${index.name}» is not declared by any source.`);
    return table;
  }

  /** For the reflector of one namespace: its lists and versions say nothing of the others. */
  partOf(namespace: string): Sink<T> {
    const part: Part = { namespace, watched: '0' };
    this.#parts.set(namespace, part);
    return {
      isEcho: (revision) => this.isEcho(revision),
      begin: () => {
        this.begin(part);
      },
      add: (object) => {
        this.add(object, part);
      },
      commit: (resourceVersion) => {
        this.commit(resourceVersion, part);
      },
      upsert: (object) => {
        this.upsert(object, part);
      },
      remove: (object) => {
        this.remove(object, part);
      },
      bookmark: (resourceVersion) => {
        this.bookmark(resourceVersion, part);
      },
    };
  }

  begin(part = this.#whole): void {
    part.listed = new Set();
  }

  add(object: T, part = this.#whole): void {
    const live = object as Live<T>;
    part.listed?.add(keyOf(live.metadata));
    this.#put(live, 'Background', part);
  }

  commit(resourceVersion: string, part = this.#whole): void {
    const listed = part.listed ?? new Set<Key>();
    part.listed = undefined;
    this.#answered.clear();
    // Versions go back when the cluster is restored from a backup: then what the list lacks is gone, whatever its version.
    const restored = isNewer(part.watched, resourceVersion);
    for (const [key, object] of this.#objects) {
      if (part.namespace !== undefined && part.namespace !== object.metadata.namespace) continue;
      // Newer than the list: our own write came in between, and the list could not know.
      const ours = !restored && isNewer(object.metadata.resourceVersion, resourceVersion);
      if (!listed.has(key) && !ours) this.#drop(key);
    }
    part.watched = resourceVersion;
  }

  upsert(object: T, part = this.#whole): void {
    const live = object as Live<T>;
    this.#put(live, 'Fresh', part);
    this.bookmark(live.metadata.resourceVersion, part);
  }

  remove(object: T, part = this.#whole): void {
    const live = object as Live<T>;
    const key = keyOf(live.metadata);
    this.bookmark(live.metadata.resourceVersion, part);
    // A namesake that was made since must not go with the old one.
    const held = this.#objects.get(key);
    if (
      held === undefined ||
      (held.metadata.uid !== live.metadata.uid && isNewer(held.metadata.resourceVersion, live.metadata.resourceVersion))
    )
      return;
    this.#drop(key);
  }

  bookmark(resourceVersion: string, part = this.#whole): void {
    this.#answered.delete(resourceVersion);
    if (isNewer(resourceVersion, part.watched)) part.watched = resourceVersion;
  }

  /** Takes the answer to a write of ours, unless the watch has told more already. */
  observe(object: T): void {
    const live = object as Live<T>;
    const part = this.#partWith(live);
    if (!isNewer(live.metadata.resourceVersion, part.watched)) return;
    this.#answered.set(live.metadata.resourceVersion, live.metadata.uid);
    this.#put(live, 'Fresh', part);
  }

  /** Takes the answer that an object is gone. Its key may be taken anew. */
  observeGone(key: Key, uid: string): void {
    if (this.#objects.get(key)?.metadata.uid === uid) this.#drop(key);
  }

  #partWith({ metadata: { namespace = '' } }: Live<T>): Part {
    return this.#parts.get(namespace) ?? this.#whole;
  }

  #put(after: Live<T>, urgency: Change['urgency'], part: Part): void {
    const key = keyOf(after.metadata);
    const before = this.#objects.get(key);
    if (
      before !== undefined &&
      !isNewer(after.metadata.resourceVersion, before.metadata.resourceVersion) &&
      part.listed === undefined
    )
      return;
    if (before !== undefined && before.metadata.resourceVersion === after.metadata.resourceVersion) return;
    this.#objects.set(key, after);
    for (const table of this.#tables.values()) table.move(key, before, after);
    this.#onChange({ resource: this.resource, before, after, urgency });
  }

  #drop(key: Key): void {
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    for (const table of this.#tables.values()) table.move(key, before, undefined);
    this.#onChange({ resource: this.resource, before, after: undefined, urgency: 'Fresh' });
  }
}
