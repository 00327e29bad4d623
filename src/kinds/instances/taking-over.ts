/**
 * An instance whose pod was there before. Of a pod Kubernetes lets labels, annotations and images be changed; and since
 * more is in it than the spec says, it is never deleted to make another one.
 */
import { type Pod, Pods } from '../../api/core.ts';
import type { XosServiceInstance } from '../../api/generated/xosserviceinstances.ts';
import type { JsonObject, KubeObject, Live } from '../../api/object.ts';
import { type Outcome, stalled } from '../../runtime/outcome.ts';
import type { View } from '../../runtime/view.ts';
import { imageFor } from '../../shared/images.ts';
import { podStatus } from '../../shared/pod-status.ts';
import { saidPodSpec } from '../../shared/said-pod.ts';
import { identityOnly } from '../../shared/taking-over.ts';
import { progress } from './progress.ts';

export function takenOver(instance: Live<XosServiceInstance>, live: Live<Pod>, view: View): Outcome {
  const image = imageFor(instance, [instance.spec], view);
  const { template } = instance.spec;
  // Its account and its volumes are what they are for as long as it lives.
  const pod = saidPodSpec({
    image,
    serviceAccount: undefined,
    template: template?.spec,
    mounts: { volumes: [], volumeMounts: [] },
    present: live.spec as unknown as JsonObject,
  });
  if ('flaw' in pod) return stalled('InvalidSpec', pod.flaw);
  const said: KubeObject & { spec: JsonObject } = {
    ...withMeta(identityOnly(live), template?.metadata),
    spec: pod.spec,
  };
  const child = { resource: Pods, strategy: 'Replace', object: said, said } as const;
  return live.status?.phase === 'Failed' ? failed(live, child) : progress(live, child);
}

function withMeta(
  object: KubeObject,
  { labels, annotations }: Pick<KubeObject['metadata'], 'labels' | 'annotations'> = {},
): KubeObject {
  const more = { ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) };
  return { ...object, metadata: { ...object.metadata, ...more } };
}

function failed(live: Live<Pod>, child: NonNullable<Outcome['children']>[number]): Outcome {
  const { name } = live.metadata;
  const message = `Pod ${name} failed (${live.status?.reason ?? 'Failed'}). It was there before XOS, so it is not replaced: delete it to have another one made from the spec here, or delete this object, and the pod with it.`;
  return stalled('Failed', message, { children: [child], status: podStatus(live) });
}
