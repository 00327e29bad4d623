/** What all mirrors have in common: their shape, their names, and when one has to go. */
import { isOurs, Namespaces } from '../api/core.ts';
import { controllerOf, type Key, keyIn, keyOf, MARK, refersTo } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live, OwnerReference } from '../api/object.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { Decision } from '../runtime/controller.ts';
import { isDeliberate } from '../runtime/mirror.ts';
import { adoptsIfUnowned, byResourceName, isManaged, ownedBy, resourceNameOf } from '../runtime/ownership.ts';
import { shortHash } from '../runtime/hash.ts';
import type { Child, Removal } from '../runtime/outcome.ts';
import type { Index, View } from '../runtime/view.ts';
import { afterlife } from './afterlife.ts';

/** Longest name of an object. Source: Kubernetes, "Object Names and IDs", DNS subdomain names. */
const MAX_NAME = 253;

export interface MirrorInput {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace?: string;
  /** What it mirrors. An image has none. */
  readonly owner?: OwnerReference;
  readonly spec: JsonObject;
  readonly status: object;
  /** What it mirrors, in words. */
  readonly what: string;
}

/** A custom resource that says: this runs here, and somebody else made it. */
export function mirror({ resource, name, namespace, owner, spec, status, what }: MirrorInput): Child {
  const object: KubeObject & { spec: JsonObject } = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { [MARK.managed]: 'false' },
      ...(owner !== undefined && { ownerReferences: [owner] }),
    },
    spec: { ...spec, xosManaged: false },
  };
  const verdict = {
    state: 'Ready',
    reason: 'Observed',
    message: `This is ${what}, which XOS does not manage.`,
  } as const;
  return { resource, strategy: 'Mirror', object, report: { verdict, status } };
}

/** `base`, shortened if need be; with a hash of `seed` where the plain name is too long or taken. */
export function mirrorName(base: string, seed: string, taken: (name: string) => boolean): string {
  if (base.length <= MAX_NAME && !taken(base)) return base;
  const hash = shortHash(seed);
  return `${base.slice(0, MAX_NAME - hash.length - 1).replace(/[.-]+$/, '')}-${hash}`;
}

/** The name that a mirror has by somebody's will; by default `otherwise`. */
export function nameOfMirror(existing: readonly KubeObject[], otherwise: () => string): string {
  return existing.find(isDeliberate)?.metadata.name ?? otherwise();
}

/** Whether somebody gave back or declared a mirror that there is. Filters say what is made; they do not take that away. */
export function isKept(existing: readonly KubeObject[]): boolean {
  return existing.some(isDeliberate);
}

/** The mirrors of what is called `key`, by what they say they mirror; not those that are managed. */
export function mirrorsOf<T extends KubeObject>(resource: Resource<T>, key: Key, view: View): Live<T>[] {
  // The index is of this very resource; only its type was forgotten.
  return view.by(byResourceName(resource) as Index<T>, key).filter((object) => !isManaged(object));
}

/** Whether somebody declares what is called `key` as managed: then it needs no mirror. */
export function isDeclared(resource: Resource, key: Key, view: View): boolean {
  return view.by(byResourceName(resource), key).some(isManaged);
}

/** Whether others made an object, and nobody declares it in a custom resource of this kind. */
export function isForeign(live: Live<KubeObject>, mirrored: Resource, view: View): boolean {
  return !isOurs(live) && !isDeclared(mirrored, keyOf(live.metadata), view);
}

/**
 * Whether what made an object, which it names as its controller, is not there any more, or is another: it is about to be collected. A
 * mirror would take the name of that custom resource, and be in the way of whoever declares it again.
 */
export function isLeftOver(live: KubeObject | undefined, owner: Resource, view: View): boolean {
  const controller = live && controllerOf(live);
  if (controller === undefined || !refersTo(controller, owner)) return false;
  return view.get(owner, keyIn(live?.metadata.namespace, controller.name))?.metadata.uid !== controller.uid;
}

/** A new mirror in a namespace that is being deleted: it would be refused. One that is there is left to its end. */
function isFutile({ resource, object }: Child, view: View): boolean {
  const { namespace } = object.metadata;
  if (namespace === undefined || view.get(resource, keyOf(object.metadata)) !== undefined) return false;
  return view.get(Namespaces, namespace)?.metadata.deletionTimestamp !== undefined;
}

export interface Situation {
  /** The mirror that there should be; undefined: none. */
  readonly wanted: Child | undefined;
  /** The mirrors that there are. */
  readonly existing: readonly Live<KubeObject>[];
  /** Whether the original is there. */
  readonly alive: boolean;
  /** What a managed object of this kind would own, and a mirror refers to. */
  readonly owns: readonly Resource[];
  /** What the mirrors are. */
  readonly resource: Resource;
}

/** Brings the mirrors of one original to what is wanted. */
export function decideMirrors(situation: Situation, view: View): Decision {
  const { resource, wanted: desired, existing, alive, owns } = situation;
  if (ownsSomething(situation, view)) return { outcome: {} };
  if (!alive) return { outcome: afterlife(asRemovals(situation), owns, view) };
  const [wanted] = possible(desired === undefined ? [] : [desired], view);
  const remove = surplus({ resource, wanted: wanted === undefined ? [] : [wanted], existing });
  const isNew = wanted !== undefined && existing.length === 0;
  const isEarly = isNew && owns.length > 0 && isBeingTakenOver(wanted, view);
  return {
    outcome: {
      ...(wanted !== undefined && { children: [wanted] }),
      remove,
      ...(isEarly && { holdAllMs: TAKE_OVER_MS }),
    },
  };
}

/** As {@link decideMirrors}, with the mirrors of the parts of the original, such as the ports of a Service. */
export function decideWithParts(whole: Situation, parts: Parts, view: View): Decision {
  if (!whole.alive) {
    const wholes = ownsSomething(whole, view) ? [] : asRemovals(whole);
    return { outcome: afterlife([...wholes, ...asRemovals(parts)], whole.owns, view) };
  }
  const { outcome } = decideMirrors(whole, view);
  const children = possible(parts.wanted, view);
  const remove = surplus({ ...parts, wanted: children });
  return {
    outcome: {
      ...outcome,
      children: [...(outcome.children ?? []), ...children],
      remove: [...(outcome.remove ?? []), ...remove],
    },
  };
}

/** It was managed, and has to give back first what it owns: with a reference to that, each would own the other. */
function ownsSomething({ existing, owns }: Situation, view: View): boolean {
  return existing.some((old) => ownedBy(owns, old, view).length > 0);
}

interface Parts extends Pick<Situation, 'existing' | 'resource'> {
  /** The mirrors that there should be. */
  readonly wanted: readonly Child[];
}

function possible(wanted: readonly Child[], view: View): Child[] {
  return wanted.filter((child) => !isFutile(child, view));
}

/** The mirrors of a living original that have to go. What somebody wrote goes with its original, and not before. */
function surplus({ resource, wanted, existing }: Parts): Removal[] {
  const names = new Set(wanted.map(({ object }) => object.metadata.name));
  const unwanted = existing.filter((old) => !names.has(old.metadata.name) && !isDeliberate(old));
  return asRemovals({ resource, existing: unwanted });
}

function asRemovals({ resource, existing }: Pick<Situation, 'existing' | 'resource'>): Removal[] {
  return existing.map((object) => ({ resource, object }));
}

/** So long a new mirror waits for somebody to take over the original: one that were made before would go at once. */
const TAKE_OVER_MS = 3_000;

function isBeingTakenOver({ resource, object }: Child, view: View): boolean {
  const declared = view.by(byResourceName(resource), keyIn(object.metadata.namespace, resourceNameOf(object)));
  return declared.some((each) => isManaged(each) && adoptsIfUnowned(each));
}
