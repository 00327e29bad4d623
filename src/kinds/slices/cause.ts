/**
 * Why the pods of a controller do not get on: the deepest cause that can be seen, in words of ours. What the API server
 * said of a pod that it refused stands in the controller's condition, and serves only to tell the causes apart.
 */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { obstacleIn } from '../../api/obstacles.ts';
import { complaintKey, Complaints } from '../../runtime/complaint.ts';
import type { View } from '../../runtime/view.ts';
import { waitingReason } from '../../shared/pod-status.ts';

/** The pod that is stuck, the newest first: that is the one that the newest template made. */
export function stuckPod(pods: Iterable<Live<Pod>>): { pod: Live<Pod>; cause: string } | undefined {
  let newest: { pod: Live<Pod>; cause: string } | undefined;
  for (const pod of pods) {
    const cause = pod.metadata.deletionTimestamp === undefined ? waitingReason(pod) : undefined;
    if (cause === undefined || (newest !== undefined && !isNewer(pod, newest.pod))) continue;
    newest = { pod, cause };
  }
  return newest;
}

/** By age, and of equally old ones by name: so that the same one is named until it changes. */
export function isNewer({ metadata: one }: Live<Pod>, { metadata: other }: Live<Pod>): boolean {
  const [time, otherTime] = [one.creationTimestamp ?? '', other.creationTimestamp ?? ''];
  return time === otherTime ? one.name < other.name : time > otherTime;
}

/** Why the API server refuses the pods of a controller. */
export interface Refusal {
  /** The reason that the slice's condition gives, where a person is needed. */
  readonly reason?: 'QuotaExceeded' | 'Forbidden';
  /** The end of a sentence: what refuses them, and what to do. */
  readonly cause: string;
}

/** Why pods are refused, from the condition that Deployments and ReplicaSets have for it. */
export function podRefusal({ status }: Workload): Refusal | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: value, reason }) => type === 'ReplicaFailure' && value === 'True' && reason === 'FailedCreate',
  );
  if (condition === undefined) return undefined;
  const obstacle = obstacleIn(condition.message ?? '');
  return obstacle === undefined ? UNKNOWN : refusalBy(obstacle);
}

/** Why pods are refused, from what the others say in Events only. One that is older than the newest pod is over. */
export function complainedOf(live: Live<Workload>, pods: Iterable<Live<Pod>>, view: View): Refusal | undefined {
  const complaint = view.get(Complaints, complaintKey(live));
  if (complaint === undefined) return undefined;
  for (const { metadata } of pods) if ((metadata.creationTimestamp ?? '') > complaint.at) return undefined;
  return complaint.obstacle === undefined ? UNKNOWN : refusalBy(complaint.obstacle);
}

const UNKNOWN: Refusal = { cause: 'why, the Events of the controller say; Kubernetes tries again' };

function refusalBy(obstacle: { readonly sort: string; readonly words: string }): Refusal {
  return { reason: obstacle.sort === 'Quota' ? 'QuotaExceeded' : 'Forbidden', cause: obstacle.words };
}
