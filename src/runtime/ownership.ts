/** Whose an object is: the never-harm rule's first sentence, in one place. Source: api.md, "The never-harm rule". */
import { controllerOf, keyIn, MARK } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import { toolOf } from '../api/tools.ts';
import type { Owned } from './outcome.ts';
import type { Index, View } from './view.ts';

/**
 * The UID of the custom resource that an object belongs to: by its controller reference, and by nothing else; only what
 * is cluster-scoped, like a Namespace, is marked by an annotation.
 */
export function ownerUidOf(object: KubeObject): string | undefined {
  if (object.metadata.namespace !== undefined) return controllerOf(object)?.uid;
  return object.metadata.annotations?.[MARK.ownerUid];
}

/** The index of a resource by {@link ownerUidOf}; the same token for each call. */
export const byOwner = perResource((resource) => ({
  name: `${resourceName(resource)} by owner`,
  resource,
  keys: (object) => {
    const uid = ownerUidOf(object);
    return uid === undefined ? [] : [uid];
  },
}));

/** The index of custom resources by the key of what they become; the same token for each call. */
export const byResourceName = perResource((resource) => ({
  name: `${resourceName(resource)} by resource name`,
  resource,
  keys: (object) => [keyIn(object.metadata.namespace, resourceNameOf(object))],
}));

/**
 * What a custom resource owns. What is cluster-scoped is marked by an annotation, which travels along when people copy a
 * Namespace under another name: of those, only the one that it names.
 */
export function ownedBy(owns: readonly Resource[], owner: Live<KubeObject>, view: View): Owned[] {
  const name = resourceNameOf(owner);
  return owns.flatMap((resource) =>
    view
      .by(byOwner(resource), owner.metadata.uid)
      .filter((owned) => resource.namespaced || owned.metadata.name === name)
      .map((object) => ({ resource, object })),
  );
}

/**
 * Whether what is ours was there before, and was taken over: then only what the spec says is kept of it, and it is never
 * deleted or replaced. The mark is a part of our controller reference, so that nobody can take off the one and leave the other.
 */
export function isPromoted(object: KubeObject): boolean {
  return controllerOf(object)?.blockOwnerDeletion === false;
}

/** The name of what a custom resource becomes or mirrors: `spec.resourceName`, by default its own. */
export function resourceNameOf(object: KubeObject): string {
  const { spec } = object as { spec?: { resourceName?: string } };
  return spec?.resourceName ?? object.metadata.name;
}

/** Whether a custom resource is to take over what is there and nobody's. */
export function adoptsIfUnowned(object: KubeObject): boolean {
  const { spec } = object as { spec?: { adoptionPolicy?: string } };
  return spec?.adoptionPolicy === 'AdoptIfUnowned';
}

/** A custom resource may say that it is not managed; kinds that cannot are always managed. */
export function isManaged(object: KubeObject): boolean {
  const { spec } = object as { spec?: { xosManaged?: boolean } };
  return spec?.xosManaged !== false;
}

/** One index for each resource, made when first asked for; the same token for each call. */
export function perResource(make: (resource: Resource) => Index): (resource: Resource) => Index {
  const made = new Map<Resource, Index>();
  return (resource) => {
    const index = made.get(resource) ?? make(resource);
    made.set(resource, index);
    return index;
  };
}

/** Who keeps an object that is not ours, in words for a message; the deepest that can be seen. */
export function ownerInWords(object: Live<KubeObject>): string {
  const controller = controllerOf(object);
  if (controller !== undefined) return `${controller.kind} ${controller.name}`;
  const tool = toolOf(object);
  if (tool !== undefined) return tool.inWords;
  const manager = object.metadata.managedFields?.find((entry) => entry.subresource === undefined)?.manager;
  return manager === undefined ? 'somebody else' : `somebody else (it was written by ${manager})`;
}
