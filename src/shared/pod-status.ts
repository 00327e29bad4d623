/** What the status of a service instance says about its pod: the same whether the pod is ours or mirrored. */
import type { Pod } from '../api/core.ts';
import type { Live } from '../api/object.ts';
import { stuckContainer } from './container-cause.ts';
import { type ResourceRef, resourceRef } from './resource-ref.ts';

type Status = NonNullable<Pod['status']>;

/** Longest image that the CRD takes in a status; Kubernetes has no bound. */
const MAX_IMAGE = 2048;

export interface PodStatus {
  resourceRef: ResourceRef;
  phase?: string;
  podIP?: string;
  podIPs?: string[];
  nodeName?: string;
  ready: boolean;
  restarts: number;
  startTime?: string;
  image?: string;
}

export function podStatus(pod: Live<Pod>): PodStatus {
  const { spec, status = {} } = pod;
  const image = spec.containers[0]?.image;
  return {
    resourceRef: resourceRef(pod),
    ...(status.phase !== undefined && { phase: status.phase }),
    ...(status.podIP !== undefined && { podIP: status.podIP }),
    ...(status.podIPs !== undefined && { podIPs: status.podIPs.map(({ ip }) => ip) }),
    ...(spec.nodeName !== undefined && { nodeName: spec.nodeName }),
    ready: isReady(pod),
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    ...(status.startTime !== undefined && { startTime: status.startTime }),
    ...(image !== undefined && { image: image.slice(0, MAX_IMAGE) }),
  };
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Why a pod does not get on, in a few words; undefined while it does. */
export function waitingReason(pod: Pod): string | undefined {
  const { status = {} } = pod;
  if (status.phase === 'Failed' && status.reason !== undefined) return `it failed (${status.reason})`;
  return stuckContainer(pod) ?? (status.phase === 'Failed' ? 'it failed' : unschedulable(status));
}

function unschedulable({ conditions = [] }: Status): string | undefined {
  const refused = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return refused && `it cannot be scheduled (${refused.reason ?? 'Unschedulable'})`;
}

/** Whether a pod has arrived: its status will not change again by itself within seconds. */
export function isSettled(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || isReady(pod) || waitingReason(pod) !== undefined;
}
