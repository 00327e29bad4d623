/** Every foreign pod becomes an XosServiceInstance. */
import { type Pod, Pods } from '../api/core.ts';
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { keyIn, keyOf, controllerOf } from '../api/meta.ts';
import type { KubeObject, Live, OwnerReference } from '../api/object.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Child, Outcome } from '../runtime/outcome.ts';
import type { View } from '../runtime/view.ts';
import { isSettled, podStatus } from '../shared/pod-status.ts';
import { isOwnerUnseen, referenceTo, shown, sliceOwner, verifiedOwner } from './identity.ts';
import { ancestors, rootOwner, untraced } from './ancestry.ts';
import { decideMirrors, isKept, mirror, mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';
import { provenanceOf } from './provenance.ts';
import { includesPod, isForeignPod, type Scope, scopeOf } from './scope.ts';
import { sliceNameFor, sliceNames } from './slice-names.ts';
import {
  isTaken,
  keysOf,
  mirrors,
  namespaces,
  originalsOf,
  podsByNamespace,
  settings,
  controllers,
} from './sources.ts';

/** A pod that starts passes several phases, and pulling an image takes a while; one status write serves when it has arrived. */
const START_HOLD_MS = 30_000;
/** A pod can be told of before the ReplicaSet or Job that made it; a mirror made then would have to be patched. */
const OWNER_HOLD_MS = 2_000;
/**
 * A controller that is deleted goes before its pods, for which a garbage collector needs seconds. To write into each mirror
 * meanwhile that it has no slice any more would be two writes for nothing.
 */
const COLLECTION_HOLD_MS = 30_000;
/** What stands above its controller is asked for; one status write shall serve. */
const TRACE_HOLD_MS = 1_000;

export const adoptedInstances: Controller = {
  name: 'adoption/pods',
  sources: [
    { resource: Pods, wakes: (pod) => [keyOf(pod.metadata)] },
    mirrors(XosServiceInstances),
    settings((view) => [...keysOf(view.all(Pods)), ...originalsOf(view.all(XosServiceInstances))]),
    namespaces((namespace, view) => keysOf(view.each(podsByNamespace, namespace))),
    ...controllers((pod) => [keyOf(pod.metadata)]),
    sliceNames((pod) => [keyOf(pod.metadata)]),
    ancestors((pod) => [keyOf(pod.metadata)]),
  ],

  decide(key, view) {
    if (scopeOf(view).state === 'Frozen') return undefined;
    const existing = mirrorsOf(XosServiceInstances, key, view);
    const pod = view.get(Pods, key);
    const wanted = pod !== undefined && isWanted(pod, existing, view) ? instanceFor(pod, existing, view) : undefined;
    const decision = decideMirrors(
      { resource: XosServiceInstances, wanted, existing, alive: pod !== undefined, owns: [Pods] },
      view,
    );
    if (pod === undefined) return decision;
    return { outcome: { ...decision.outcome, ...(wanted !== undefined && waits(pod, existing, view)) } };
  },
};

function isOfSlice(object: KubeObject): boolean {
  return (object as KubeObject & Pick<XosServiceInstance, 'spec'>).spec.sliceRef !== undefined;
}

/** What is not known yet of a pod, or not any more, and how long that may be waited for. */
function waits(pod: Live<Pod>, existing: readonly Live<KubeObject>[], view: View): Partial<Outcome> {
  if (isOwnerUnseen(pod, view)) {
    if (existing.length === 0) return { holdAllMs: OWNER_HOLD_MS };
    if (existing.some(isOfSlice)) return { holdAllMs: COLLECTION_HOLD_MS };
  }
  const owner = sliceOwner(pod, view);
  const trace = owner === undefined ? [] : untraced(owner, pod.metadata.namespace ?? '', view);
  if (!isSettled(pod)) return { trace, holdStatusMs: START_HOLD_MS };
  return trace.length > 0 ? { trace, holdStatusMs: TRACE_HOLD_MS } : {};
}

/** A pod on its way out gets no mirror any more, but keeps the one that it has. */
function isWanted(pod: Live<Pod>, existing: readonly Live<KubeObject>[], view: View): boolean {
  if (isKept(existing)) return isForeignPod(pod, view);
  const scope = scopeOf(view);
  if (existing.length === 0 && pod.metadata.deletionTimestamp !== undefined) return false;
  return wantsInstances(scope) && includesPod(scope, pod, view);
}

/** With granularity Slice the pods are counted in their slices, and that is all. */
function wantsInstances(scope: Scope): boolean {
  return scope.state === 'On' && scope.adoption.granularity === 'Pod';
}

function instanceFor(pod: Live<Pod>, existing: readonly Live<KubeObject>[], view: View): Child {
  const { name, namespace = '' } = pod.metadata;
  const owner = verifiedOwner(pod, view);
  const slice = owner && sliceNameFor(owner, namespace, view);
  return mirror({
    resource: XosServiceInstances,
    name: nameOfMirror(existing, () =>
      mirrorName(name, `pod ${name}`, (candidate) =>
        isTaken(XosServiceInstances, keyIn(namespace, candidate), name, view),
      ),
    ),
    namespace,
    owner: referenceTo(Pods, pod),
    spec: { resourceName: name, ...(slice !== undefined && { sliceRef: { name: slice } }) },
    status: { ...podStatus(pod), ...ownersOf(pod, view), provenance: provenanceOf(pod, view) },
    what: `Pod ${name}`,
  });
}

/** Who controls the pod, and who stands above that. What could not be verified is reported all the same. */
function ownersOf(pod: Live<Pod>, view: View): object {
  const owner: OwnerReference | undefined = sliceOwner(pod, view) ?? controllerOf(pod);
  if (owner === undefined) return {};
  return { controller: shown(owner), rootOwner: shown(rootOwner(owner, pod.metadata.namespace ?? '', view)) };
}
