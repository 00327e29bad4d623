/**
 * The order of applying: what others need comes first. Deleting goes the other way round. Source: the install order of
 * Helm (pkg/release/util/kind_sorter.go), made coarser: Kubernetes itself waits for most of it.
 */
import { groupOf } from '../../api/meta.ts';
import type { ObjectRef } from '../../runtime/errand.ts';

const OTHERS = 6;
/** Custom kinds come after the workloads that may serve them, and go before these: they may need them for their end. */
const CUSTOM = 7;

const RANKS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ['Namespace'],
    ['CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'IngressClass', 'RuntimeClass'],
    // Before configuration, so that it goes after it: it may hold the very rights to delete that.
    ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
    [
      'ConfigMap',
      'Secret',
      'ResourceQuota',
      'LimitRange',
      'NetworkPolicy',
      'PersistentVolume',
      'PersistentVolumeClaim',
    ],
    ['Service'],
    ['Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
    [],
    [],
    // Last, because from then on they decide about everything else.
    [
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'MutatingAdmissionPolicy',
      'MutatingAdmissionPolicyBinding',
      'APIService',
    ],
  ].flatMap((kinds, rank) => kinds.map((kind) => [kind, rank])),
);

/** A number that is smaller the earlier an object is applied. */
export function rankOf(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): number {
  const group = groupOf(ref);
  const isBuiltIn = !group.includes('.') || group.endsWith('.k8s.io');
  return isBuiltIn ? (RANKS[ref.kind] ?? OTHERS) : CUSTOM;
}
