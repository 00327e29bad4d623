/**
 * Which mounts a pod gets. The oldest mount has a path; a later one for the same path is left out, and the pod keeps
 * running as it was.
 */
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { type XosSlice, XosSlices } from '../api/generated/xosslices.ts';
import { keyIn, keyOf } from '../api/meta.ts';
import type { Json, JsonObject, KubeObject, Live } from '../api/object.ts';
import { isManaged, ownerUidOf } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import { byAge } from './age.ts';
import { whyNotReady } from './causes.ts';
import { instancesBySlice } from './indexes.ts';
import { dnsLabel } from './labels.ts';
import { madeKey, type Mount, MOUNT_FAMILIES, type MountFamily } from './mount-families.ts';
import type { PodMounts } from './pods.ts';
import { missing } from './references.ts';

/** A mount, and of which sort it is. */
export interface Candidate {
  readonly family: MountFamily;
  readonly mount: Live<Mount>;
}

export interface Mounting extends PodMounts {
  /** By the UID of a mount: why it is left out. */
  readonly clashes: ReadonlyMap<string, string>;
  /** The first mount whose source is not there yet, and why. Until it is, a new pod would hang. */
  readonly waits?: string;
}

/** The mounts for the pods of a slice's controller, the oldest first. */
export function mountsOnSlice(slice: KubeObject, view: View): Candidate[] {
  return MOUNT_FAMILIES.flatMap((family) => candidates(family, view.by(family.bySlice, keyOf(slice.metadata)))).sort(
    oldestFirst,
  );
}

/** The mounts for the pod of an instance: its own and those of its slice, the oldest first. */
export function mountsOnInstance(instance: XosServiceInstance, view: View): Candidate[] {
  const { sliceRef } = instance.spec;
  const slice = sliceRef && view.get(XosSlices, keyIn(instance.metadata.namespace, sliceRef.name));
  const own = MOUNT_FAMILIES.flatMap((family) =>
    candidates(family, view.by(family.byInstance, keyOf(instance.metadata))),
  );
  return [...own, ...(slice === undefined ? [] : mountsOnSlice(slice, view))].sort(oldestFirst);
}

/** What a mount is on, as far as it exists: one instance, or a slice with its instances. */
export function targetsOf(
  { metadata, spec }: Mount,
  view: View,
): { slice?: Live<XosSlice>; instances: Live<XosServiceInstance>[] } {
  const keyOfRef = (ref: { name: string }) => keyIn(metadata.namespace, ref.name);
  const instance = spec.serviceInstanceRef && view.get(XosServiceInstances, keyOfRef(spec.serviceInstanceRef));
  const slice = spec.sliceRef && view.get(XosSlices, keyOfRef(spec.sliceRef));
  const below = slice === undefined ? [] : view.by(instancesBySlice, keyOf(slice.metadata)).filter(isManaged);
  return {
    ...(slice !== undefined && { slice }),
    instances: [...(instance === undefined ? [] : [instance]), ...below],
  };
}

/** What the mounts add to a pod of this template. */
export function mountingOf(template: JsonObject | undefined, mounts: readonly Candidate[], view: View): Mounting {
  const taken = new Map(pathsIn(template).map((path) => [path, 'spec.template']));
  const clashes = new Map<string, string>();
  const volumes = new Map<string, JsonObject>();
  const volumeMounts: JsonObject[] = [];
  let waits: string | undefined;
  for (const { family, mount } of mounts) {
    const path = pathOf(mount);
    const holder = taken.get(path);
    if (holder !== undefined) {
      clashes.set(mount.metadata.uid, `spec.mountPath ${path} is taken in that pod by ${holder}`);
      continue;
    }
    taken.set(path, `${mount.kind} ${mount.metadata.name}, which is older`);
    const source = sourceOf(family, mount, view);
    if ('waits' in source) waits ??= `${mount.kind} ${mount.metadata.name} is not ready: ${source.waits}`;
    else {
      const { name, volume } = volumeFor(family, mount, source.name);
      volumes.set(name, { name, ...volume });
      volumeMounts.push(volumeMountFor(mount, name));
    }
  }
  return { volumes: [...volumes.values()], volumeMounts, clashes, ...(waits !== undefined && { waits }) };
}

/** The name of the object that a mount shows, or what it still waits for. */
export function sourceOf(family: MountFamily, mount: Mount, view: View): { name: string } | { waits: string } {
  const reference = { field: family.field, to: family.sources, ref: family.refOf(mount) };
  const absent = missing(mount, [reference], view);
  if (absent !== undefined) return { waits: absent };
  const source = view.get(family.sources, keyIn(mount.metadata.namespace, reference.ref.name));
  if (source === undefined) return { waits: '' };
  const made = view.get(family.made, madeKey(family, source));
  // Somebody else's object of that name is not what was declared, and is not shown to the pod.
  const isThere = made !== undefined && (!family.isMade(source) || ownerUidOf(made) === source.metadata.uid);
  return isThere ? { name: made.metadata.name } : { waits: whyNotReady(source) };
}

function candidates(family: MountFamily, mounts: readonly Live<Mount>[]): Candidate[] {
  return mounts
    .filter((mount) => isManaged(mount) && mount.metadata.deletionTimestamp === undefined)
    .map((mount) => ({ family, mount }));
}

function oldestFirst(left: Candidate, right: Candidate): number {
  return byAge(left.mount, right.mount);
}

/** Of one source with the same permissions there is one volume, however often it is mounted. */
function volumeFor(family: MountFamily, { spec }: Mount, name: string): { name: string; volume: JsonObject } {
  const mode = spec.defaultMode === undefined ? undefined : Number.parseInt(spec.defaultMode, 8);
  const label = ['xos', family.made.kind.toLowerCase(), ...(mode === undefined ? [] : [mode.toString(8)]), name].join(
    '-',
  );
  return { name: dnsLabel(label), volume: family.volume(name, mode) };
}

function volumeMountFor({ spec }: Mount, name: string): JsonObject {
  return {
    name,
    mountPath: normalised(spec.mountPath),
    readOnly: true,
    ...(spec.subPath !== undefined && { subPath: spec.subPath }),
  };
}

function pathsIn(template: JsonObject | undefined): string[] {
  return objectsIn(template?.['containers'])
    .flatMap((container) => objectsIn(container['volumeMounts']))
    .map(({ mountPath }) => (typeof mountPath === 'string' ? normalised(mountPath) : ''));
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** Where a mount appears, in the one way to write it. */
export function pathOf({ spec }: Mount): string {
  return normalised(spec.mountPath);
}

function normalised(path: string): string {
  return path === '/' ? path : path.replace(/\/+/g, '/').replace(/\/$/, '');
}
