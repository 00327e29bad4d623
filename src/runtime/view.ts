/** What a reconciler may look at: the last known state of the cluster, read-only and without I/O. */
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

/**
 * A way to find objects other than by name. An index is a token: the same constant declares it and queries it.
 */
export interface Index<T extends KubeObject = KubeObject> {
  /** For logs; unique. */
  readonly name: string;
  readonly resource: Resource<T>;
  /** Under which values the object is found. */
  keys(object: Live<T>): readonly string[];
}

/** A read-only picture of the cluster. Objects are shared: whoever changes one breaks everybody else. */
export interface View {
  /** The object of that name, or undefined. */
  get<T extends KubeObject>(resource: Resource<T>, key: Key): Live<T> | undefined;
  /** All objects that the index files under `value`. */
  by<T extends KubeObject>(index: Index<T>, value: string): readonly Live<T>[];
  /** As {@link by}, one after another: for a question that the first answers. */
  each<T extends KubeObject>(index: Index<T>, value: string): Iterable<Live<T>>;
  /** How many objects the index files under `value`: cheaper than {@link by}. */
  count(index: Index, value: string): number;
  /** Every object of the resource, in no order. */
  all<T extends KubeObject>(resource: Resource<T>): Iterable<Live<T>>;
}
