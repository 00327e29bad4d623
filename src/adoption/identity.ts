/**
 * Which slice a pod belongs to, by ownerReferences alone, so that it never depends on rights: a ReplicaSet and a Job
 * stand for the controller above them; every other controller stands for itself; what is above that is only reported.
 */
import { Jobs, type Pod, Pods, ReplicaSets, type Workload } from '../api/core.ts';
import { controllerOf, GROUP, groupOf, type Key, keyIn, partsOf, refersTo } from '../api/meta.ts';
import type { KubeObject, Live, OwnerReference } from '../api/object.ts';
import { type Resource, apiVersionOf } from '../api/resource.ts';
import { byOwner } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { isSubdomain } from '../shared/names.ts';
import { WORKLOADS } from '../shared/workloads.ts';

/** Bounds of references in our CRDs. */
const MAX_UID = 128;
const MAX_API_VERSION = 317;

/** A controller by name: what a slice of the inventory mirrors. */
export interface Identity {
  readonly namespace: string;
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** Controllers that are made by others more often than by people. */
const INTERMEDIATE: readonly Resource<Workload>[] = [ReplicaSets, Jobs];

/** Whether a controller only stands between a pod and the controller that counts. */
export function isIntermediate(identity: Identity, live: KubeObject | undefined): boolean {
  const between = INTERMEDIATE.some(({ kind, group }) => kind === identity.kind && group === identity.group);
  return between && live !== undefined && controllerAbove(live) !== undefined;
}

/** The controller above a controller. A slice is none: what it made, a ReplicaSet or a Job too, is what counts. */
export function controllerAbove(object: KubeObject): OwnerReference | undefined {
  const above = controllerOf(object);
  return above === undefined || groupOf(above) === GROUP ? undefined : above;
}

export function identityOf(reference: OwnerReference, namespace: string): Identity {
  return { namespace, group: groupOf(reference), kind: reference.kind, name: reference.name };
}

/** An identity as a key of the queue: `namespace/Kind.group:name`. */
export function toKey({ namespace, group, kind, name }: Identity): Key {
  return keyIn(namespace, `${kind}.${group}:${name}`);
}

export function fromKey(key: Key): Identity {
  const { namespace = '', name: rest } = partsOf(key);
  const dot = rest.indexOf('.');
  const colon = rest.indexOf(':');
  return { namespace, kind: rest.slice(0, dot), group: rest.slice(dot + 1, colon), name: rest.slice(colon + 1) };
}

/** The resource of an identity, if it is one that is watched. */
export function workloadOf(identity: Identity): Resource<Workload> | undefined {
  return WORKLOADS.find((resource) => resource.kind === identity.kind && resource.group === identity.group);
}

/** The reference to the controller that a pod's slice mirrors, with the UID that the reference claims. */
export function sliceOwner(pod: Pod, view: View): OwnerReference | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined || isNoController(owner) || !isPlausible(owner)) return undefined;
  const resource = INTERMEDIATE.find((each) => refersTo(owner, each));
  if (resource === undefined) return owner;
  const between = view.get(resource, keyIn(pod.metadata.namespace, owner.name));
  // Not there, or a namesake: who stands above it cannot be known, so nobody is named.
  if (between?.metadata.uid !== owner.uid) return undefined;
  const above = controllerAbove(between) ?? owner;
  return isPlausible(above) ? above : undefined;
}

const KIND = /^[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/**
 * Whether an object of that kind and name can exist. Kubernetes checks neither in an ownerReference, and what cannot exist
 * would make a mirror that is refused, behind which a pod could hide.
 */
export function isPlausible({ apiVersion, kind, name, uid }: OwnerReference): boolean {
  return KIND.test(kind) && isSubdomain(name) && uid.length <= MAX_UID && apiVersion.length <= MAX_API_VERSION;
}

/** A static pod is owned by its node; one that is just being released, by the service instance that becomes its mirror. */
function isNoController(owner: OwnerReference): boolean {
  return groupOf(owner) === GROUP || (owner.kind === 'Node' && groupOf(owner) === '');
}

/** As {@link sliceOwner}, but undefined too if the controller is one that is watched and is not the one referred to. */
export function verifiedOwner(pod: Pod, view: View): OwnerReference | undefined {
  const owner = sliceOwner(pod, view);
  if (owner === undefined) return undefined;
  const identity = identityOf(owner, pod.metadata.namespace ?? '');
  const resource = workloadOf(identity);
  if (resource === undefined) return owner;
  return view.get(resource, keyIn(identity.namespace, identity.name))?.metadata.uid === owner.uid ? owner : undefined;
}

/** Whether a pod has a controller that should be seen and is not, or not yet. */
export function isOwnerUnseen(pod: Pod, view: View): boolean {
  const owner = controllerOf(pod);
  return owner !== undefined && !isNoController(owner) && verifiedOwner(pod, view) === undefined;
}

/** A reference as a status shows it: within the bounds of the CRD, whatever it says. */
export function shown({ apiVersion, kind, name, uid }: OwnerReference): object {
  return {
    apiVersion: apiVersion.slice(0, MAX_API_VERSION),
    kind: kind.slice(0, 63),
    name: name.slice(0, 253),
    uid: uid.slice(0, MAX_UID),
  };
}

/** A reference to a live object. */
export function referenceTo(resource: Resource, { metadata }: Live<KubeObject>): OwnerReference {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, name: metadata.name, uid: metadata.uid };
}

function byController<T extends KubeObject>(resource: Resource<T>): Index<T> {
  return {
    name: `${resource.plural} by controller`,
    resource,
    keys: (object) => {
      const owner = controllerOf(object);
      return owner === undefined ? [] : [toKey(identityOf(owner, object.metadata.namespace ?? ''))];
    },
  };
}

const podsByController = byController(Pods);
const setsByController = byController(ReplicaSets);
const jobsByController = byController(Jobs);
/** What {@link podsOf} queries: for the sources that call it. */
export const identityIndexes: readonly Index[] = [podsByController, setsByController, jobsByController, byOwner(Pods)];

/** All pods of an identity: its own, and those of its ReplicaSets and Jobs. */
export function* podsOf(identity: Identity, view: View): Iterable<Live<Pod>> {
  const key = toKey(identity);
  yield* view.each(podsByController, key);
  for (const between of [...view.each(setsByController, key), ...view.each(jobsByController, key)]) {
    for (const pod of view.each(byOwner(Pods), between.metadata.uid)) yield pod as Live<Pod>;
  }
}

/** Whether an object came, went, or changed in what decides where a pod belongs. Status changes do not. */
export function identityChanged(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return JSON.stringify(decisive(before)) !== JSON.stringify(decisive(after));
}

function decisive({ metadata }: KubeObject): unknown {
  return [metadata.uid, metadata.ownerReferences, metadata.labels, metadata.annotations];
}
