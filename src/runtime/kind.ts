/**
 * A kind: how one sort of custom resource becomes Kubernetes resources. Pure: no I/O, no clock, no log.
 */
import { type Key, keyOf } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Outcome } from './outcome.ts';
import type { Index, View } from './view.ts';

/** Something whose changes wake a controller's keys. */
export interface Source<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** Indexes that `wakes` or the reconciler queries. */
  readonly indexes?: readonly Index[];
  /** Whether a change matters at all. Left out: every change does. Source: controller-runtime, predicate. */
  matters?(before: Live<T> | undefined, after: Live<T> | undefined): boolean;
  /** The keys to look at again. Called with the object as it was and as it is, so a key that it left is woken too. */
  wakes(object: Live<T>, view: View): Iterable<Key>;
}

export interface Kind<T extends KubeObject = KubeObject> {
  /** The custom resource. */
  readonly resource: Resource<T>;
  /** What its children are. Changes of a child wake its owner. */
  readonly owns: readonly Resource[];
  /** What else decides. */
  readonly reads: readonly Source[];
  /** What should be, and what is true. Called for objects that are managed and not being deleted. */
  reconcile(object: Live<T>, view: View): Outcome;
  /** What comes before a pause, which only stops creating and updating; undefined: nothing. */
  evenPaused?(object: Live<T>, view: View): Outcome | undefined;
  /** Why not even what is no longer managed is given back at present; undefined: it is. */
  rests?(view: View): Outcome | undefined;
  /**
   * What `mode: Release` writes into the spec of one that owns nothing, so that what it made outlives it whatever comes next:
   * the mode ends with the XosKubernetesService. Undefined: that is so already.
   */
  letsStay?(object: Live<T>): JsonObject | undefined;
  /**
   * What to do before the object may go; only for what garbage collection cannot do. Our finalizer is held until the
   * outcome says `finalizer: false`.
   */
  finalize?(object: Live<T>, view: View): Outcome;
}

/** The primary names `target`: `index` files primaries under the target's key. */
export function follows<P extends KubeObject>(target: Resource, index: Index<P>): Source {
  return {
    resource: target,
    indexes: [index],
    wakes: (object, view) => view.by(index, keyOf(object.metadata)).map((primary) => keyOf(primary.metadata)),
  };
}

/** Others name the primary: `index` files them under the primary's key. */
export function followedBy<O extends KubeObject>(index: Index<O>): Source {
  const source: Source<O> = { resource: index.resource, indexes: [index], wakes: (other) => index.keys(other) };
  return source;
}
