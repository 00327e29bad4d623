/**
 * What is adopted: what `spec.adoption` of the steering XosKubernetesService includes and no annotation opts out.
 * Source: api.md, "xosManaged: false, the inventory".
 */
import { Namespaces, type Pod, ReplicaSets } from '../api/core.ts';
import type { XosKubernetesServiceSpecAdoption } from '../api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { controllerOf, keyIn, MARK, refersTo } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { isManaged } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import { steeringService } from '../shared/steering.ts';
import { controllersAbove } from '../shared/workloads.ts';
import { identityChanged } from './identity.ts';
import { matchesAnyGlob, matchesSelector } from './match.ts';

/** `Frozen`: nothing steers, so nothing is created and nothing deleted. `Off`: there should be no inventory. */
export type Scope =
  { readonly state: 'Frozen' | 'Off' } | { readonly state: 'On'; readonly adoption: XosKubernetesServiceSpecAdoption };

export function scopeOf(view: View): Scope {
  const steering = steeringService(view);
  if (steering === undefined) return { state: 'Frozen' };
  const { adoption } = steering.spec;
  return adoption.enabled ? { state: 'On', adoption } : { state: 'Off' };
}

/** How many mirrors there may be. */
export function maxMirrors(view: View): number {
  return steeringService(view)?.spec.adoption.maxObjects ?? Infinity;
}

/** What else is mirrored, beside pods and what follows from them. */
export type Choice = XosKubernetesServiceSpecAdoption['resources'][number];

/** Whether somebody chose to have these mirrored. */
export function chooses(scope: Scope, choice: Choice): boolean {
  return scope.state === 'On' && scope.adoption.resources.includes(choice);
}

/** Whether a namespace is in the inventory. */
export function includesNamespace(scope: Scope, name: string, view: View): boolean {
  if (scope.state !== 'On') return false;
  const namespace = view.get(Namespaces, name);
  if (namespace === undefined || optsOut(namespace)) return false;
  const { namespaces = {}, namespaceSelector = {} } = scope.adoption;
  return isIncluded(namespaces, name) && matchesSelector(namespaceSelector, namespace.metadata.labels);
}

function isIncluded({ include = [], exclude = [] }: { include?: string[]; exclude?: string[] }, name: string): boolean {
  return (include.length === 0 || matchesAnyGlob(include, name)) && !matchesAnyGlob(exclude, name);
}

/** Whether a pod is in the inventory: foreign, in a namespace that is, far enough, and not filtered out. */
export function includesPod(scope: Scope, pod: Pod, view: View): boolean {
  if (scope.state !== 'On' || !isForeignPod(pod, view) || !hasArrived(pod)) return false;
  const { podSelector = {}, finishedPods } = scope.adoption;
  if (isOptedOut(pod, view) || (finishedPods === 'Exclude' && isFinished(pod))) return false;
  if (!matchesSelector(podSelector, pod.metadata.labels)) return false;
  return includesNamespace(scope, pod.metadata.namespace ?? '', view);
}

/**
 * Whether a pod came, went, or changed in what decides if it counts, and for whom. Most of what its status tells changes
 * nothing for its slice, domain, principal and images, which need not look at it each time.
 */
export function belongingChanged(before: Pod | undefined, after: Pod | undefined): boolean {
  if (before === undefined || after === undefined || identityChanged(before, after)) return true;
  return JSON.stringify(decisive(before)) !== JSON.stringify(decisive(after));
}

function decisive(pod: Pod): unknown {
  return [hasArrived(pod), isFinished(pod), pod.metadata.deletionTimestamp, pod.spec];
}

/** Whether a namespace, a controller or a pod asks to be left out. */
export function optsOut(object: KubeObject): boolean {
  return object.metadata.annotations?.[MARK.adopt] === 'false';
}

/** Whether a pod, or a controller above it, asks to be left out. */
function isOptedOut(pod: Pod, view: View): boolean {
  return [pod, ...controllersAbove(pod, view)].some((object) => optsOut(object) && !inherits(object));
}

/** A Deployment hands its annotations on to its ReplicaSets, where they stay when it has lost them: they say nothing. */
function inherits(object: KubeObject): boolean {
  return object.kind === ReplicaSets.kind && controllerOf(object) !== undefined;
}

/**
 * A pod that a service instance made is no foreign pod. One that names an instance which is not there, or is another, is
 * about to be collected; one that names a mirror only hides.
 */
export function isForeignPod(pod: Pod, view: View): boolean {
  const controller = controllerOf(pod);
  if (controller === undefined || !refersTo(controller, XosServiceInstances)) return true;
  const instance = view.get(XosServiceInstances, keyIn(pod.metadata.namespace, controller.name));
  return instance?.metadata.uid === controller.uid && !isManaged(instance);
}

/** Scheduled, or stuck for good: before that a pod changes too fast to be worth writing down. */
function hasArrived({ spec, status }: Pod): boolean {
  if (spec.nodeName !== undefined || (status?.phase !== undefined && status.phase !== 'Pending')) return true;
  return status?.conditions?.some(({ type, status: value }) => type === 'PodScheduled' && value === 'False') ?? false;
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
