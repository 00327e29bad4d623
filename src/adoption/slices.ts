/** The controller of a foreign pod becomes an XosSlice. It comes with the first pod and goes with the controller. */
import { type Pod, Pods, type Workload } from '../api/core.ts';
import { type XosSlice, XosSlices } from '../api/generated/xosslices.ts';
import type { Key } from '../api/meta.ts';
import type { Live, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Source } from '../runtime/kind.ts';
import type { Child } from '../runtime/outcome.ts';
import { byResourceName } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import { CONTROLLERS, WORKLOADS } from '../shared/workloads.ts';
import {
  controllerAbove,
  fromKey,
  type Identity,
  identityIndexes,
  identityOf,
  isIntermediate,
  podsOf,
  referenceTo,
  shown,
  sliceOwner,
  toKey,
  workloadOf,
} from './identity.ts';
import { ancestors, metadataOf, rootOwner, traceable } from './ancestry.ts';
import { decideMirrors, isKept, isLeftOver, mirror } from './mirrors.ts';
import { provenanceOf } from './provenance.ts';
import { belongingChanged, includesNamespace, includesPod, optsOut, type Scope, scopeOf } from './scope.ts';
import {
  bySliceLabel,
  identityKeyOf,
  liveOf,
  managedSliceOf,
  mirrorNameOf,
  mirrorsOfIdentity,
  sliceKeysFor,
} from './slice-names.ts';
import { namespaces, podsByNamespace, settings } from './sources.ts';

/** Replica counts change with every pod; one write for a few seconds' worth is enough. */
const COUNT_HOLD_MS = 5_000;
/** A new slice is reported sooner: people look at what is new. */
const FIRST_HOLD_MS = 1_000;

export const adoptedSlices: Controller = {
  name: 'adoption/controllers',
  sources: [
    pods(),
    ...WORKLOADS.map(workloads),
    slices(),
    ancestors(keyOfPod),
    settings((view) => [...keysOfPods(view.all(Pods), view), ...[...view.all(XosSlices)].map(identityKeyOf)]),
    namespaces((namespace, view) => keysOfPods(view.each(podsByNamespace, namespace) as Iterable<Live<Pod>>, view)),
  ],

  decide(key, view) {
    const scope = scopeOf(view);
    if (scope.state === 'Frozen') return undefined;
    const identity = fromKey(key);
    const existing = mirrorsOfIdentity(identity, view);
    const owner = originalOf(identity, view);
    const wanted =
      owner !== undefined && isWanted(identity, scope, view, existing) ? sliceFor(identity, owner, view) : undefined;
    // Of a kind that is not watched nobody knows whether it lives; out of scope its mirror has to go all the same.
    const isOut =
      workloadOf(identity) === undefined && !isKept(existing) && !includesNamespace(scope, identity.namespace, view);
    const alive = owner !== undefined || isOut;
    const { outcome } = decideMirrors({ resource: XosSlices, wanted, existing, alive, owns: CONTROLLERS }, view);
    const isReported = existing.some(({ status }) => status?.conditions !== undefined);
    const trace = wanted !== undefined && owner !== undefined ? traceable(owner, identity.namespace, view) : [];
    return { outcome: { ...outcome, trace, holdStatusMs: isReported ? COUNT_HOLD_MS : FIRST_HOLD_MS } };
  },
};

/**
 * A reference to the live controller. One of a kind that is not watched cannot be looked up: its pods vouch for it, and
 * the garbage collector, which can see it, removes the mirror if they lied.
 */
function originalOf(identity: Identity, view: View): OwnerReference | undefined {
  const resource = workloadOf(identity);
  if (resource !== undefined) {
    const live = liveOf(identity, view);
    return live && referenceTo(resource, live);
  }
  let newest: Live<Pod> | undefined;
  for (const pod of podsOf(identity, view)) {
    if (newest === undefined || (pod.metadata.creationTimestamp ?? '') >= (newest.metadata.creationTimestamp ?? ''))
      newest = pod;
  }
  const owner = newest && sliceOwner(newest, view);
  return owner && { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid };
}

function isWanted(identity: Identity, scope: Scope, view: View, existing: readonly Live<XosSlice>[]): boolean {
  if (isNoSlice(identity, view)) return false;
  return isKept(existing) || isIncluded(identity, scope, view, existing.length > 0);
}

/** A mirror that exists stays while its controller lives, with or without pods: a restart must not cost a new one. */
function isIncluded(identity: Identity, scope: Scope, view: View, exists: boolean): boolean {
  const live = liveOf(identity, view);
  if (live !== undefined && optsOut(live)) return false;
  if (!includesNamespace(scope, identity.namespace, view)) return false;
  if (exists && scope.state === 'On' && scope.adoption.podSelector === undefined) return true;
  for (const pod of podsOf(identity, view)) if (includesPod(scope, pod, view)) return true;
  return false;
}

/** It is no slice of its own, belongs to a managed one, or goes with one. */
function isNoSlice(identity: Identity, view: View): boolean {
  const live = liveOf(identity, view);
  return (
    isIntermediate(identity, live) ||
    managedSliceOf(identity, live, view) !== undefined ||
    isLeftOver(live, XosSlices, view)
  );
}

function sliceFor(identity: Identity, owner: OwnerReference, view: View): Child {
  const live = liveOf(identity, view);
  const original = live ?? metadataOf(owner, identity.namespace, view);
  const instances = [...podsOf(identity, view)].length;
  return mirror({
    resource: XosSlices,
    name: mirrorNameOf(identity, live, view),
    namespace: identity.namespace,
    owner,
    spec: { resourceName: identity.name, controllerKind: identity.kind },
    status: {
      resourceRef: { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid },
      rootOwner: shown(rootOwner(owner, identity.namespace, view)),
      instances,
      ...replicasOf(live),
      ...(original !== undefined && { provenance: provenanceOf(original, view) }),
    },
    what: `${identity.kind} ${identity.name}`,
  });
}

function replicasOf(live: Live<Workload> | undefined): object {
  const { replicas, readyReplicas, desiredNumberScheduled, numberReady } = live?.status ?? {};
  const [all, ready] = [replicas ?? desiredNumberScheduled, readyReplicas ?? numberReady];
  return { ...(all !== undefined && { replicas: all }), ...(ready !== undefined && { readyReplicas: ready }) };
}

function keysOfPods(some: Iterable<Live<Pod>>, view: View): Key[] {
  return [...some].flatMap((pod) => keyOfPod(pod, view));
}

function keyOfPod(pod: Live<Pod>, view: View): Key[] {
  const owner = sliceOwner(pod, view);
  return owner === undefined ? [] : [toKey(identityOf(owner, pod.metadata.namespace ?? ''))];
}

function pods(): Source {
  const source: Source<Pod> = {
    resource: Pods,
    indexes: identityIndexes,
    matters: belongingChanged,
    wakes: keyOfPod,
  };
  return source;
}

/** A controller wakes its own slice; a ReplicaSet or a Job that of the controller above it too. */
function workloads(resource: Resource<Workload>): Source {
  return {
    resource,
    indexes: identityIndexes,
    wakes: (object) => {
      const { namespace = '', name } = object.metadata;
      const above = controllerAbove(object);
      const own = toKey({ namespace, group: resource.group, kind: resource.kind, name });
      return above === undefined ? [own] : [own, toKey(identityOf(above, namespace))];
    },
  };
}

function slices(): Source {
  const source: Source<XosSlice> = {
    resource: XosSlices,
    indexes: [byResourceName(XosSlices), ...WORKLOADS.map(bySliceLabel)],
    wakes: sliceKeysFor,
  };
  return source;
}
