/** What wakes a mount: its source, its target, the pods of that, and the other mounts there, which may take its path. */
import { type Pod, Pods, type Workload } from '../../api/core.ts';
import { type XosServiceInstance, XosServiceInstances } from '../../api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../api/generated/xosslices.ts';
import { controllerOf, type Key, keyIn, keyOf, refersTo } from '../../api/meta.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Resource } from '../../api/resource.ts';
import { follows, type Source } from '../../runtime/kind.ts';
import type { View } from '../../runtime/view.ts';
import type { Mount, MountFamily } from '../../shared/mount-families.ts';
import { mountSources, specChanged } from '../../shared/mount-sources.ts';
import { targetsOf } from '../../shared/mounts.ts';
import { WORKLOADS } from '../../shared/workloads.ts';

export function mountReads(family: MountFamily): Source[] {
  return [
    ...mountSources((mount, view) => neighboursOf(family, mount, view)),
    follows(XosSlices, family.bySlice),
    instanceSource(family),
    podSource(family),
    ...WORKLOADS.map((resource) => workloadSource(family, resource)),
  ];
}

/** The mounts of one family that end up in the same pods as `mount`, itself included. */
function neighboursOf(family: MountFamily, mount: Mount, view: View): Key[] {
  const { slice, instances } = targetsOf(mount, view);
  const own = mount.kind === family.mounts.kind ? [keyOf(mount.metadata)] : [];
  const onSlice = slice === undefined ? [] : mountKeysOf(family, keyOf(slice.metadata), view);
  return [...own, ...onSlice, ...instances.flatMap((instance) => onInstance(family, instance, view))];
}

/** The mounts on an instance and on its slice. */
function onInstance(family: MountFamily, { metadata, spec }: XosServiceInstance, view: View): Key[] {
  const own = view.by(family.byInstance, keyOf(metadata)).map((each) => keyOf(each.metadata));
  return spec.sliceRef === undefined
    ? own
    : [...own, ...mountKeysOf(family, keyIn(metadata.namespace, spec.sliceRef.name), view)];
}

function mountKeysOf({ bySlice }: MountFamily, slice: Key, view: View): Key[] {
  return view.by(bySlice, slice).map((mount) => keyOf(mount.metadata));
}

function instanceSource(family: MountFamily): Source {
  const source: Source<XosServiceInstance> = {
    resource: XosServiceInstances,
    indexes: [family.byInstance, family.bySlice],
    matters: specChanged,
    wakes: (instance, view) => onInstance(family, instance, view),
  };
  return source;
}

/** Only that a pod is there, or another one: what its status says does not matter here. */
function podSource(family: MountFamily): Source {
  const source: Source<Pod> = {
    resource: Pods,
    matters: (before, after) => before?.metadata.uid !== after?.metadata.uid,
    wakes: (pod, view) => {
      const instance = ownerInstance(pod, view);
      return instance === undefined ? [] : onInstance(family, instance, view);
    },
  };
  return source;
}

/** The controller of a slice got another template. */
function workloadSource(family: MountFamily, resource: Resource<Workload>): Source {
  return {
    resource,
    matters: specChanged,
    wakes: (live, view) => {
      const owner = controllerOf(live);
      if (owner === undefined || !refersTo(owner, XosSlices)) return [];
      return mountKeysOf(family, keyIn(live.metadata.namespace, owner.name), view);
    },
  };
}

function ownerInstance(pod: KubeObject, view: View): XosServiceInstance | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined || !refersTo(owner, XosServiceInstances)) return undefined;
  return view.get(XosServiceInstances, keyIn(pod.metadata.namespace, owner.name));
}
