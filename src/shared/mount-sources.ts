/** What wakes whoever gets mounts: the mounts themselves, their sources, and what these become. */
import { type Key, keyIn, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Source } from '../runtime/kind.ts';
import type { View } from '../runtime/view.ts';
import { instancesBySlice } from './indexes.ts';
import { type Mount, MOUNT_FAMILIES, type MountFamily } from './mount-families.ts';

/** `wakes` gives the keys that a mount concerns. */
export function mountSources(wakes: (mount: Live<Mount>, view: View) => readonly Key[]): Source[] {
  return MOUNT_FAMILIES.flatMap((family) => [
    mountSource(family, wakes),
    sourceSource(family, wakes),
    madeSource(family, wakes),
  ]);
}

/** The key of the instance that a mount is on, or the keys of the instances of its slice. */
export function instanceKeysOf({ metadata, spec }: Mount, view: View): Key[] {
  const { serviceInstanceRef, sliceRef } = spec;
  if (serviceInstanceRef !== undefined) return [keyIn(metadata.namespace, serviceInstanceRef.name)];
  if (sliceRef === undefined) return [];
  return view.by(instancesBySlice, keyIn(metadata.namespace, sliceRef.name)).map((each) => keyOf(each.metadata));
}

type Wakes = (mount: Live<Mount>, view: View) => readonly Key[];

function mountSource({ mounts, byInstance, bySlice }: MountFamily, wakes: Wakes): Source {
  const source: Source<Mount> = {
    resource: mounts,
    indexes: [byInstance, bySlice, instancesBySlice],
    matters: specChanged,
    wakes,
  };
  return source;
}

function sourceSource(family: MountFamily, wakes: Wakes): Source {
  return {
    resource: family.sources,
    indexes: [family.bySource],
    wakes: (source, view) => throughMounts(family, source, view, wakes),
  };
}

/** Only whether it is there matters: pods see changed entries by themselves. */
function madeSource(family: MountFamily, wakes: Wakes): Source {
  return {
    resource: family.made,
    indexes: family.byMade,
    matters: (before, after) => before?.metadata.uid !== after?.metadata.uid,
    wakes: ({ metadata }, view) => {
      const sources = family.byMade.flatMap((index) => view.by(index, keyOf(metadata)));
      return sources.flatMap((source) => throughMounts(family, source, view, wakes));
    },
  };
}

function throughMounts(family: MountFamily, { metadata }: KubeObject, view: View, wakes: Wakes): Key[] {
  return view.by(family.bySource, keyOf(metadata)).flatMap((mount) => wakes(mount, view));
}

/** Whether an object came, went, or changed in what is declared. */
export function specChanged(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  return (
    before?.metadata.uid !== after?.metadata.uid ||
    before?.metadata.generation !== after?.metadata.generation ||
    before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp
  );
}
