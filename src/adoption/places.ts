/** Where adopted pods mount a ConfigMap or a Secret: one mirror for all pods of a slice, or for a pod without one. */
import type { Pod, Volume, VolumeMount } from '../api/core.ts';
import { XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { XosSlices } from '../api/generated/xosslices.ts';
import { keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { shortHash } from '../runtime/hash.ts';
import type { Child } from '../runtime/outcome.ts';
import { isManaged } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import type { MountFamily } from '../shared/mount-families.ts';
import { referenceTo, verifiedOwner } from './identity.ts';
import { mirror, mirrorName, mirrorsOf } from './mirrors.ts';
import { sliceNameFor } from './slice-names.ts';
import { isTaken } from './sources.ts';

interface Mounting {
  readonly family: MountFamily;
  /** The name of what a volume is made of, if it is of this sort. */
  sourceOf(volume: Volume): string | undefined;
  readonly pods: readonly Live<Pod>[];
  readonly view: View;
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
      const place = [mount.mountPath, mount.subPath ?? ''];
      const base = `${holder.name}.${mount.name}-${shortHash(JSON.stringify([holder.field, name, ...place]))}`;
      if (found.has(base)) continue;
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
      found.set(base, child);
    }
  }
  return [...found.values()];
}

/**
 * The slice of a pod, or the pod itself if it has none. What a managed slice mounts is declared, so it needs no mirror; of
 * a pod that is not listed, or not yet, nobody could say where it belongs.
 */
function holderOf(pod: Live<Pod>, view: View): { field: string; name: string } | undefined {
  const { name, namespace = '' } = pod.metadata;
  const owner = verifiedOwner(pod, view);
  if (owner === undefined) {
    const [instance] = mirrorsOf(XosServiceInstances, keyIn(namespace, name), view);
    return instance && { field: 'serviceInstanceRef', name: instance.metadata.name };
  }
  const slice = sliceNameFor(owner, namespace, view);
  const present = view.get(XosSlices, keyIn(namespace, slice));
  return present !== undefined && isManaged(present) ? undefined : { field: 'sliceRef', name: slice };
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
