/** `maxInstances` of a slice: of the instances that name it the oldest may have pods, and no others. */
import { type Pod, Pods } from '../api/core.ts';
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { type XosSlice, XosSlices } from '../api/generated/xosslices.ts';
import { type Key, keyIn, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Source } from '../runtime/kind.ts';
import { type Outcome, stalled } from '../runtime/outcome.ts';
import { byOwner, isManaged } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import { byAge } from './age.ts';
import { instancesBySlice } from './indexes.ts';
import { podStatus } from './pod-status.ts';

/** What becomes of an instance that is one too many; undefined if it is not. A pod that it has already stays. */
export function beyondBound(
  instance: Live<XosServiceInstance>,
  slice: Live<XosSlice>,
  view: View,
): Outcome | undefined {
  const { maxInstances } = slice.spec;
  if (maxInstances === undefined || countOlder(instance, slice, view) < maxInstances) return undefined;
  const message = `spec.maxInstances of XosSlice ${slice.metadata.name} is ${maxInstances}, and as many of its service instances are older than this one: raise it, or delete an older one.`;
  const [pod] = view.by(byOwner(Pods), instance.metadata.uid) as readonly Live<Pod>[];
  if (pod === undefined) return stalled('QuotaExceeded', message);
  const stays = ` Pod ${pod.metadata.name}, which it has already, stays as it is, but is not made again.`;
  return stalled('QuotaExceeded', message + stays, { status: podStatus(pod) });
}

function countOlder(instance: Live<XosServiceInstance>, slice: Live<XosSlice>, view: View): number {
  const all = view.by(instancesBySlice, keyOf(slice.metadata));
  return all
    .filter((other) => other.metadata.uid !== instance.metadata.uid && isManaged(other))
    .filter((other) => byAge(other, instance) < 0).length;
}

/** An instance that comes, goes or changes its slice gives or takes a place that others of a bounded slice wait for. */
export const siblings: Source = {
  resource: XosServiceInstances,
  indexes: [instancesBySlice],
  matters: (before, after) => placeOf(before) !== placeOf(after),
  wakes: (instance, view) => {
    const place = placeOf(instance);
    const slice = place === undefined ? undefined : view.get(XosSlices, place);
    if (slice?.spec.maxInstances === undefined) return [];
    return view.by(instancesBySlice, keyOf(slice.metadata)).map((other) => keyOf(other.metadata));
  },
};

/** The key of the slice in which a managed instance takes a place. */
function placeOf(object: Live<KubeObject> | undefined): Key | undefined {
  const instance = object as Live<XosServiceInstance> | undefined;
  const { sliceRef } = instance?.spec ?? {};
  if (instance === undefined || sliceRef === undefined || !isManaged(instance)) return undefined;
  return keyIn(instance.metadata.namespace, sliceRef.name);
}
