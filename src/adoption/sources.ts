/** What wakes adoption beside the originals themselves. */
import { Namespaces, type Pod, Pods } from '../api/core.ts';
import { type XosKubernetesService, XosKubernetesServices } from '../api/generated/xoskubernetesservices.ts';
import { type Key, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { byResourceName, isManaged, resourceNameOf } from '../runtime/ownership.ts';
import type { Source } from '../runtime/kind.ts';
import type { Index, View } from '../runtime/view.ts';
import { keyIn } from '../api/meta.ts';
import { belowIndexes, podsBelow, WORKLOADS } from '../shared/workloads.ts';
import { identityChanged } from './identity.ts';

export const podsByNamespace: Index = {
  name: 'pods by namespace',
  resource: Pods,
  keys: ({ metadata }) => [metadata.namespace ?? ''],
};

/** The settings of adoption changed, or who steers: everything is looked at again. Its status does not matter. */
export function settings(keys: (view: View) => Iterable<Key>): Source {
  const source: Source<XosKubernetesService> = {
    resource: XosKubernetesServices,
    matters: (before, after) => before?.metadata.generation !== after?.metadata.generation,
    wakes: (_service, view) => keys(view),
  };
  return source;
}

/** A namespace came, went, or changed its labels or annotations. */
export function namespaces(keys: (namespace: string, view: View) => Iterable<Key>): Source {
  return {
    resource: Namespaces,
    indexes: [podsByNamespace],
    matters: identityChanged,
    wakes: ({ metadata }, view) => keys(metadata.name, view),
  };
}

/** A mirror, or a managed object of the same name, wakes what it stands for. */
export function mirrors(resource: Resource): Source {
  return {
    resource,
    indexes: [byResourceName(resource)],
    wakes: (object) => originalsOf([object]),
  };
}

/** The keys of what these stand for, whether it is there or not. */
export function originalsOf(objects: Iterable<Live<KubeObject>>): Key[] {
  return [...objects].map((object) => keyIn(object.metadata.namespace, resourceNameOf(object)));
}

/** A controller that came, went, changed hands or its marks: that concerns the pods below it. */
export function controllers(keys: (pod: Live<Pod>) => Iterable<Key>): Source[] {
  return WORKLOADS.map((resource) => ({
    resource,
    indexes: belowIndexes,
    matters: identityChanged,
    wakes: ({ metadata }, view) => [...podsBelow(metadata.uid, view)].flatMap((pod) => [...keys(pod)]),
  }));
}

/** The key of every object of a resource. */
export function keysOf(objects: Iterable<Live<KubeObject>>): Key[] {
  return [...objects].map((object) => keyOf(object.metadata));
}

/** Whether a name is in use by something that is no mirror of what is called `original`. */
export function isTaken(resource: Resource, key: Key, original: string, view: View): boolean {
  const present = view.get(resource, key);
  return present !== undefined && (isManaged(present) || resourceNameOf(present) !== original);
}
