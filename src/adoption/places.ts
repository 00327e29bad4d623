/** Where adopted pods mount a ConfigMap or a Secret: one mirror for all pods of a slice, or for a pod without one. */
import type { Pod } from '../api/core.ts';
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { XosSlices } from '../api/generated/xosslices.ts';
import { keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Volume, VolumeMount } from '../api/volumes.ts';
import { shortHash } from '../runtime/hash.ts';
import type { Child } from '../runtime/outcome.ts';
import { isManaged } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import type { MountFamily } from '../shared/mount-families.ts';
import { isOwnerUnseen, referenceTo, verifiedOwner } from './identity.ts';
import { mirror, mirrorName, mirrorsOf } from './mirrors.ts';
import { includesPod, scopeOf } from './scope.ts';
import { sliceNameFor } from './slice-names.ts';
import { isTaken } from './sources.ts';

interface Mounting {
  readonly family: MountFamily;
  /** The name of what a volume is made of, if it is of this sort. */
  sourceOf(volume: Volume): string | undefined;
  readonly pods: readonly Live<Pod>[];
  readonly view: View;
}

/**
 * Adopted pods that stand for all: of those that one controller made of one template, the first. What is kept of equal pods
 * is one object in memory (`once`), so to pass over 10,000 of them takes no comparison.
 */
export function* exemplars(pods: Iterable<Live<Pod>>, view: View): Iterable<Live<Pod>> {
  const scope = scopeOf(view);
  const numbers = new Map<unknown, number>();
  const numberOf = (part: unknown) => {
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return number;
  };
  const done = new Set<string>();
  for (const pod of pods) {
    const { metadata, spec } = pod;
    const template = [metadata.ownerReferences, spec.containers, spec.volumes].map(numberOf).join();
    if (done.has(template) || !includesPod(scope, pod, view)) continue;
    // Of those that belong to no slice each stands for itself.
    if (verifiedOwner(pod, view) !== undefined) done.add(template);
    yield pod;
  }
}

/** One mirror for each place where the pods of one slice have it, however many pods those are. */
export function mountsFor(
  live: Live<KubeObject>,
  source: Child,
  { family, pods, view, ...mounting }: Mounting,
): Child[] {
  const { name, namespace = '' } = live.metadata;
  const found = new Map<string, Child>();
  for (const pod of pods) {
    const holder = holderOf(pod, view);
    if (holder === undefined) continue;
    for (const mount of placesIn(pod, (each) => mounting.sourceOf(each) === name)) {
      const place = JSON.stringify([holder.field, holder.name, mount.name, mount.mountPath, mount.subPath ?? '']);
      if (found.has(place)) continue;
      const identity = JSON.stringify([holder.field, name, mount.mountPath, mount.subPath ?? '']);
      const base = `${holder.name}.${mount.name}-${shortHash(identity)}`;
      const child = mirror({
        resource: family.mounts,
        name: mirrorName(base, base, (candidate) =>
          isTaken(family.mounts, keyIn(namespace, candidate), candidate, view),
        ),
        namespace,
        owner: referenceTo(family.made, live),
        spec: {
          [family.field]: { name: source.object.metadata.name },
          [holder.field]: { name: holder.name },
          mountPath: mount.mountPath,
          ...(mount.subPath !== undefined && { subPath: mount.subPath }),
        },
        status: {},
        what: `the place where ${family.made.kind} ${name} is mounted`,
      });
      found.set(place, child);
    }
  }
  return [...found.values()];
}

/**
 * The slice of a pod, or the pod itself if it has none. What a managed slice mounts is declared, so it needs no mirror; of
 * a pod that is not listed, or not yet, nobody could say where it belongs.
 */
function holderOf(pod: Live<Pod>, view: View): { field: string; name: string } | undefined {
  const slice = sliceOf(pod, view);
  if (slice === undefined) {
    const instance = instanceOf(pod, view);
    return instance && { field: 'serviceInstanceRef', name: instance.metadata.name };
  }
  const present = view.get(XosSlices, keyIn(pod.metadata.namespace, slice));
  return present !== undefined && isManaged(present) ? undefined : { field: 'sliceRef', name: slice };
}

function sliceOf(pod: Live<Pod>, view: View): string | undefined {
  const owner = verifiedOwner(pod, view);
  if (owner !== undefined) return sliceNameFor(owner, pod.metadata.namespace ?? '', view);
  // A controller may go seconds before its pods: so long the inventory says which slice they are of.
  return isOwnerUnseen(pod, view) ? instanceOf(pod, view)?.spec.sliceRef?.name : undefined;
}

function instanceOf({ metadata }: Live<Pod>, view: View): Live<XosServiceInstance> | undefined {
  return mirrorsOf(XosServiceInstances, keyIn(metadata.namespace, metadata.name), view)[0];
}

/** Where the containers of a pod have a volume. What a mount cannot say in our model is left out. */
function placesIn({ spec }: Pod, isOfSource: (volume: Volume) => boolean): VolumeMount[] {
  const names = new Set((spec.volumes ?? []).filter(isOfSource).map(({ name }) => name));
  const mounts = spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  return mounts.filter((mount) => names.has(mount.name) && isSayable(mount));
}

/** Bound of the CRDs. */
const MAX_PATH = 1024;

function isSayable({ mountPath, subPath = '' }: VolumeMount): boolean {
  return (
    mountPath.startsWith('/') && !mountPath.includes(':') && mountPath.length <= MAX_PATH && subPath.length <= MAX_PATH
  );
}
