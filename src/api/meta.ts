/** Reading metadata: keys, owners, and the marks that this project sets. */
import type { KubeObject, ObjectMeta, OwnerReference } from './object.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** The API group of all our kinds. */
export const GROUP = 'xos.opencord.org';
/** Who we are in managedFields and in `app.kubernetes.io/managed-by`. */
export const FIELD_MANAGER = 'xos-operator';

/** `namespace/name`, or `name` alone for what is cluster-scoped. */
export type Key = string;

export function keyOf(meta: Pick<ObjectMeta, 'name' | 'namespace'>): Key {
  return meta.namespace === undefined ? meta.name : `${meta.namespace}/${meta.name}`;
}

/** The key of `name` in `namespace`; without a namespace, of a cluster-scoped object. */
export function keyIn(namespace: string | undefined, name: string): Key {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The namespace and the name in a key: the inverse of {@link keyOf}. */
export function partsOf(key: Key): { namespace?: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The one owner that manages the object. Source: meta/v1 GetControllerOf. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The API group of an owner: the part before the slash, or empty for the core group. */
export function groupOf(reference: Pick<OwnerReference, 'apiVersion'>): string {
  const slash = reference.apiVersion.indexOf('/');
  return slash < 0 ? '' : reference.apiVersion.slice(0, slash);
}

/** Whether a reference is to an object of this resource, in whatever version it was written. */
export function refersTo(reference: OwnerReference, resource: Resource): boolean {
  return reference.kind === resource.kind && groupOf(reference) === resource.group;
}

/** An ownerReference to an object of `resource`. */
export function ownerReference(resource: Resource, owner: KubeObject & { metadata: { uid: string } }): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
  };
}

/** Our labels and annotations. Source: docs/api.md. */
export const MARK = {
  managed: `${GROUP}/managed`,
  slice: `${GROUP}/slice`,
  controller: `${GROUP}/controller`,
  service: `${GROUP}/service`,
  ownerUid: `${GROUP}/owner-uid`,
  templateHash: `${GROUP}/template-hash`,
  released: `${GROUP}/released`,
  paused: `${GROUP}/paused`,
  adopt: `${GROUP}/adopt`,
  finalizer: `${GROUP}/finalizer`,
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** The label by which the original XOS picked a slice. Source: XOS kubernetes-service, pull step for pods. */
export const XOS_SLICE_LABEL = 'xos_slice_name';
