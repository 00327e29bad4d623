/** Controllers of Kubernetes, what stands below them and what above: by ownerReferences and UIDs, never by labels. */
import {
  CronJobs,
  DaemonSets,
  Deployments,
  Jobs,
  type Pod,
  Pods,
  ReplicaSets,
  ReplicationControllers,
  StatefulSets,
  type Workload,
} from '../api/core.ts';
import { XosSlices } from '../api/generated/xosslices.ts';
import { controllerOf, type Key, keyIn, refersTo } from '../api/meta.ts';
import type { KubeObject, Live, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { byOwner } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';

/** The controllers whose objects are watched, so that a reference to one can be verified. */
export const WORKLOADS: readonly Resource<Workload>[] = [
  Deployments,
  StatefulSets,
  DaemonSets,
  ReplicaSets,
  Jobs,
  CronJobs,
  ReplicationControllers,
];

/** The controllers that a slice can become. */
export const CONTROLLERS: readonly Resource<Workload>[] = WORKLOADS.filter((each) => each !== ReplicationControllers);

/** What {@link podsBelow} queries. */
export const belowIndexes: readonly Index[] = [byOwner(Pods), byOwner(ReplicaSets), byOwner(Jobs)];

/** All pods below the controller of this UID: its own, and those of its ReplicaSets and Jobs. */
export function* podsBelow(uid: string, view: View): Iterable<Live<Pod>> {
  for (const owner of [uid, ...uidsBelow(uid, view)]) {
    for (const pod of view.each(byOwner(Pods), owner)) yield pod as Live<Pod>;
  }
}

function uidsBelow(uid: string, view: View): string[] {
  return [ReplicaSets, Jobs].flatMap((resource) => view.by(byOwner(resource), uid)).map(({ metadata }) => metadata.uid);
}

/** The watched controllers above an object, the nearest first, each verified by its UID. */
export function* controllersAbove(object: KubeObject, view: View): Iterable<Live<Workload>> {
  let owner = controllerOf(object);
  // A chain of these is two links long: a ReplicaSet or a Job, and what is above it.
  for (let link = 0; owner !== undefined && link < 2; link += 1) {
    const live = workloadCalled(owner, object.metadata.namespace, view);
    if (live?.metadata.uid !== owner.uid) return;
    yield live;
    owner = controllerOf(live);
  }
}

function workloadCalled(owner: OwnerReference, namespace: string | undefined, view: View): Live<Workload> | undefined {
  const resource = WORKLOADS.find((each) => refersTo(owner, each));
  return resource && view.get(resource, keyIn(namespace, owner.name));
}

/** The slice that made the controllers above a pod, if one did. */
export function sliceKeyAbove(pod: Pod, view: View): Key | undefined {
  for (const workload of controllersAbove(pod, view)) {
    const owner = controllerOf(workload);
    if (owner !== undefined && refersTo(owner, XosSlices)) return keyIn(pod.metadata.namespace, owner.name);
  }
  return undefined;
}
