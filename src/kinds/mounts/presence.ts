/** Whether a mount has arrived: in the pod that runs, and in the template of the controller that runs. */
import { type Pod, Pods } from '../../api/core.ts';
import type { XosServiceInstance } from '../../api/generated/xosserviceinstances.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { keyIn } from '../../api/meta.ts';
import type { KubeObject, Live } from '../../api/object.ts';
import type { Resource } from '../../api/resource.ts';
import { ownerUidOf, resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import type { Mount } from '../../shared/mount-families.ts';
import { pathOf, targetsOf } from '../../shared/mounts.ts';
import { WORKLOADS } from '../../shared/workloads.ts';

type PodSpec = Pick<Pod['spec'], 'containers'>;
type Templated = {
  spec?: { template?: { spec?: PodSpec }; jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } };
};

const NAMED = 5;

/** Where the mount is still missing, as the beginning of a sentence; undefined if it is everywhere. */
export function missingIn(mount: Mount, view: View): string | undefined {
  const { slice, instances } = targetsOf(mount, view);
  if (slice !== undefined && !isInController(slice, mount, view))
    return `XosSlice ${slice.metadata.name} does not have`;
  const without = instances.filter((instance) => !isInPod(instance, mount, view)).map(({ metadata }) => metadata.name);
  if (without.length === 0) return undefined;
  const more = without.length > NAMED ? ` and ${without.length - NAMED} more` : '';
  return `The pods of the service instances ${without.slice(0, NAMED).join(', ')}${more} do not have`;
}

function isInPod(instance: Live<XosServiceInstance>, mount: Mount, view: View): boolean {
  const pod = madeBy(instance, Pods, view);
  return pod !== undefined && hasPath(pod.spec, mount);
}

/** A slice that only groups has no controller. */
function isInController(slice: Live<XosSlice>, mount: Mount, view: View): boolean {
  const resource = WORKLOADS.find(({ kind }) => kind === slice.spec.controllerKind);
  if (resource === undefined) return true;
  const { spec = {} } = (madeBy(slice, resource, view) ?? {}) as Templated;
  return hasPath((spec.jobTemplate?.spec ?? spec).template?.spec, mount);
}

function madeBy<T extends KubeObject>(owner: Live<KubeObject>, resource: Resource<T>, view: View): Live<T> | undefined {
  const live = view.get(resource, keyIn(owner.metadata.namespace, resourceNameOf(owner)));
  return live !== undefined && ownerUidOf(live) === owner.metadata.uid ? live : undefined;
}

function hasPath(spec: PodSpec | undefined, mount: Mount): boolean {
  const path = pathOf(mount);
  return (
    spec?.containers.some(({ volumeMounts = [] }) => volumeMounts.some(({ mountPath }) => mountPath === path)) ?? false
  );
}
