/** The pod template of a slice: the same for every kind of controller. */
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { MARK } from '../../api/meta.ts';
import type { JsonObject } from '../../api/object.ts';
import { labelValue, MANAGED_BY } from '../../shared/labels.ts';
import { type PodMounts, podSpec, type ResolvedImage } from '../../shared/pods.ts';

/** What the pods have beyond what the slice itself says. */
export interface PodParts {
  readonly image: ResolvedImage | undefined;
  readonly account: string | undefined;
  readonly mounts: PodMounts;
}

export function podTemplateFor(slice: XosSlice, { image, account, mounts }: PodParts): JsonObject {
  const { template } = slice.spec;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    metadata: { labels: { ...labels, ...podLabels(slice) }, ...(annotations !== undefined && { annotations }) },
    spec: podSpec({ image, serviceAccount: account, template: template?.spec, mounts }),
  };
}

/**
 * The pods of the controller, and no others: instances of the slice have the slice's label too, so the controller has a
 * label of its own.
 */
export function selectorOf(slice: XosSlice): Record<string, string> {
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
