/** The Pod of a service instance. */
import type { Pod } from '../../api/core.ts';
import type { XosServiceInstance } from '../../api/generated/xosserviceinstances.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { pick } from '../../api/keep.ts';
import { MARK } from '../../api/meta.ts';
import { hashOf } from '../../runtime/hash.ts';
import { childMeta } from '../../shared/child-meta.ts';
import { labelValue } from '../../shared/labels.ts';
import { type PodMounts, podSpec, type ResolvedImage } from '../../shared/pods.ts';

interface Parts {
  readonly slice: XosSlice;
  readonly image: ResolvedImage | undefined;
  readonly account: string | undefined;
  readonly mounts: PodMounts;
}

/** The pod, with a hash of its spec by which a later turn sees that it has to be replaced. */
export function podFor(instance: XosServiceInstance, { slice, image, account, mounts }: Parts): Pod {
  const { template } = instance.spec;
  const spec = podSpec({ image, serviceAccount: account, template: template?.spec, mounts });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...childMeta(instance, { ...template?.metadata?.labels, ...labelsFor(slice) }),
      annotations: { ...template?.metadata?.annotations, [MARK.templateHash]: hashOf(spec) },
    },
    // A partial pod spec is JSON whose shape the API server judges.
    spec: spec as unknown as Pod['spec'],
  };
}

/**
 * What Kubernetes lets change in a pod that runs: labels, annotations and images. For the rest the template's hash speaks,
 * and comparing it would mislead: admission adds to lists such as the tolerations.
 */
export function inPlaceOf({ apiVersion, kind, metadata, spec }: Pod): Pod {
  const images = (containers: Pod['spec']['containers']) => containers.map((each) => pick(each, ['name', 'image']));
  const { containers, initContainers } = spec;
  return {
    apiVersion,
    kind,
    metadata,
    spec: { containers: images(containers), ...(initContainers && { initContainers: images(initContainers) }) },
  };
}

function labelsFor(slice: XosSlice): Record<string, string> {
  const { serviceRef } = slice.spec;
  return {
    [MARK.slice]: labelValue(slice.metadata.name),
    ...(serviceRef !== undefined && { [MARK.service]: labelValue(serviceRef.name) }),
  };
}
