/** The controller of a slice. */
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { MARK } from '../../api/meta.ts';
import type { JsonObject, KubeObject } from '../../api/object.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import { labelValue, MANAGED_BY } from '../../shared/labels.ts';
import { type PodMounts, podSpec, type ResolvedImage } from '../../shared/pods.ts';

interface Parts {
  readonly image: ResolvedImage | undefined;
  readonly account: string | undefined;
  readonly mounts: PodMounts;
}

/** The Deployment of a slice. Without `replicas` the count is somebody else's, such as an autoscaler's. */
export function deploymentFor(slice: XosSlice, { image, account, mounts }: Parts): KubeObject & { spec: JsonObject } {
  const { replicas, template } = slice.spec;
  const { namespace } = slice.metadata;
  const spec = podSpec({ image, serviceAccount: account, template: template?.spec, mounts });
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: resourceNameOf(slice),
      ...(namespace !== undefined && { namespace }),
      labels: { ...MANAGED_BY, [MARK.slice]: labelValue(slice.metadata.name) },
    },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: selectorOf(slice) },
      template: {
        metadata: { labels: { ...labels, ...podLabels(slice) }, ...(annotations !== undefined && { annotations }) },
        spec,
      },
    },
  };
}

/**
 * The pods of the controller, and no others: instances of the slice have the slice's label too, so the controller has a
 * label of its own.
 */
function selectorOf(slice: XosSlice): Record<string, string> {
  return { [MARK.controller]: labelValue(slice.metadata.name) };
}

function podLabels(slice: XosSlice): Record<string, string> {
  const { serviceRef } = slice.spec;
  return {
    ...MANAGED_BY,
    ...selectorOf(slice),
    [MARK.slice]: labelValue(slice.metadata.name),
    ...(serviceRef !== undefined && { [MARK.service]: labelValue(serviceRef.name) }),
  };
}
