/**
 * Whether an object of any kind has become what its spec says. Source: sigs.k8s.io/cli-utils, pkg/kstatus/status
 * (core.go, generic.go): the rules that Flux, Argo CD, Helm and `kubectl wait` agree on.
 */
import { groupOf } from '../../api/meta.ts';
import type { Condition, JsonObject, KubeObject } from '../../api/object.ts';
import { isObject } from '../../runtime/diff.ts';

export type Health = 'Current' | 'InProgress' | 'Failed';

type Parts = { readonly spec: JsonObject; readonly status: JsonObject; readonly conditions: readonly Condition[] };

export function healthOf(object: KubeObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return 'InProgress';
  const parts = partsOf(object);
  const { observedGeneration } = parts.status;
  if (typeof observedGeneration === 'number' && observedGeneration < (object.metadata.generation ?? 0))
    return 'InProgress';
  const rule = Object.hasOwn(RULES, `${groupOf(object)}/${object.kind}`)
    ? RULES[`${groupOf(object)}/${object.kind}`]
    : undefined;
  return rule === undefined ? generic(parts) : rule(parts);
}

function partsOf(object: KubeObject): Parts {
  const { spec, status } = object as { spec?: JsonObject; status?: JsonObject };
  const { conditions } = (status ?? {}) as { conditions?: Condition[] };
  return {
    spec: isObject(spec) ? spec : {},
    status: isObject(status) ? status : {},
    conditions: Array.isArray(conditions) ? conditions.filter((each) => isObject(each as unknown as JsonObject)) : [],
  };
}

/** By group and kind. */
const RULES: Readonly<Record<string, (parts: Parts) => Health>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': ({ status }) => currentIf(status['phase'] === 'Bound'),
  '/Service': ({ spec }) => currentIf(spec['type'] !== 'LoadBalancer' || filled(spec['clusterIP'])),
  'policy/PodDisruptionBudget': ({ status }) =>
    currentIf(count(status, 'currentHealthy') >= count(status, 'desiredHealthy')),
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
};

/** What is known of a kind that nobody knows: conditions, if it has those that others agree on. */
function generic({ conditions }: Parts): Health {
  if (is(conditions, 'Stalled', 'True')) return 'Failed';
  if (is(conditions, 'Reconciling', 'True')) return 'InProgress';
  const ready = conditions.find(({ type }) => type === 'Ready');
  return currentIf(ready === undefined || ready.status === 'True');
}

function deployment({ spec, status, conditions }: Parts): Health {
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return 'Failed';
  const wanted = replicas(spec);
  const rolledOut =
    count(status, 'updatedReplicas') >= wanted &&
    count(status, 'replicas') <= count(status, 'updatedReplicas') &&
    count(status, 'availableReplicas') >= wanted &&
    count(status, 'readyReplicas') >= wanted;
  // Until its controller has looked, a Deployment has no status at all.
  return currentIf(
    rolledOut && typeof status['observedGeneration'] === 'number' && !is(conditions, 'Available', 'False'),
  );
}

function statefulSet({ spec, status }: Parts): Health {
  const { updateStrategy } = spec;
  if (isObject(updateStrategy) && updateStrategy['type'] === 'OnDelete') return 'Current';
  const wanted = replicas(spec);
  const isThere = count(status, 'readyReplicas') >= wanted && count(status, 'replicas') === wanted;
  const isNew = wanted === 0 || status['currentRevision'] === status['updateRevision'];
  return currentIf(isThere && isNew && typeof status['observedGeneration'] === 'number');
}

function daemonSet({ status }: Parts): Health {
  if (typeof status['desiredNumberScheduled'] !== 'number') return 'InProgress';
  const wanted = count(status, 'desiredNumberScheduled');
  const fields = ['currentNumberScheduled', 'updatedNumberScheduled', 'numberAvailable', 'numberReady'];
  return currentIf(
    typeof status['observedGeneration'] === 'number' && fields.every((field) => count(status, field) >= wanted),
  );
}

function replicaSet({ spec, status, conditions }: Parts): Health {
  if (is(conditions, 'ReplicaFailure', 'True') || typeof status['observedGeneration'] !== 'number') return 'InProgress';
  const wanted = replicas(spec);
  const isThere = ['fullyLabeledReplicas', 'availableReplicas', 'readyReplicas'].every(
    (field) => count(status, field) >= wanted,
  );
  return currentIf(isThere && count(status, 'replicas') <= wanted);
}

/** A Job that runs is as its spec says. */
function job({ status, conditions }: Parts): Health {
  if (is(conditions, 'Failed', 'True')) return 'Failed';
  return currentIf(
    is(conditions, 'Complete', 'True') || filled(status['startTime']) || is(conditions, 'Suspended', 'True'),
  );
}

function pod({ status, conditions }: Parts): Health {
  if (status['phase'] === 'Failed') return 'Failed';
  return currentIf(
    status['phase'] === 'Succeeded' || (status['phase'] === 'Running' && is(conditions, 'Ready', 'True')),
  );
}

function customResourceDefinition({ conditions }: Parts): Health {
  if (is(conditions, 'NamesAccepted', 'False')) return 'Failed';
  return currentIf(is(conditions, 'Established', 'True'));
}

function is(conditions: readonly Condition[], type: string, status: Condition['status']): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === status);
}

function currentIf(current: boolean): Health {
  return current ? 'Current' : 'InProgress';
}

function replicas(spec: JsonObject): number {
  return typeof spec['replicas'] === 'number' ? spec['replicas'] : 1;
}

/** The API server leaves out a count of zero. */
function count(status: JsonObject, field: string): number {
  const value = status[field];
  return typeof value === 'number' ? value : 0;
}

function filled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
