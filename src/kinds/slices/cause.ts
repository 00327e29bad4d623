/**
 * Why the pods of a controller do not get on: the deepest cause that can be seen, in words of ours. What the API server
 * said of a pod that it refused stands in the controller's condition, and serves only to tell the causes apart.
 */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { isSubdomain } from '../../shared/names.ts';
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

const QUOTA = /exceeded quota: ([^,\s]+)/;
/** Marks of who refused, in what Kubernetes wrote. Source: apiserver and pod-security-admission, their messages. */
const REFUSALS: readonly [mark: string, cause: string][] = [
  [
    'violates PodSecurity',
    'PodSecurity does not allow such pods in this namespace; change spec.template, or the label pod-security.kubernetes.io/enforce of the namespace',
  ],
  ['admission webhook', 'an admission webhook of the cluster denies them; change spec.template, or the webhook'],
  ['ValidatingAdmissionPolicy', 'an admission policy of the cluster denies them; change spec.template, or the policy'],
  [
    'is forbidden',
    'a rule of the cluster, such as a LimitRange, does not allow them; change spec.template, or the rule',
  ],
];

/** Why pods are refused, from the condition that Deployments and ReplicaSets have for it. Others say it in Events only. */
export function podRefusal({ status }: Workload): Refusal | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: value, reason }) => type === 'ReplicaFailure' && value === 'True' && reason === 'FailedCreate',
  );
  if (condition === undefined) return undefined;
  const { message = '' } = condition;
  const quota = QUOTA.exec(message)?.[1];
  if (quota !== undefined) return { reason: 'QuotaExceeded', cause: quotaCause(quota) };
  const [, cause] = REFUSALS.find(([mark]) => message.includes(mark)) ?? [];
  if (cause !== undefined) return { reason: 'Forbidden', cause };
  return { cause: 'why, the Events of the controller say; Kubernetes tries again' };
}

function quotaCause(name: string): string {
  return `ResourceQuota ${isSubdomain(name) ? `${name} ` : ''}is used up; raise it, or delete something`;
}
