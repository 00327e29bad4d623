/** The rules of kstatus, kind by kind: what an object says about itself, and what follows from it. */
import type { KubeObject } from '../../../src/api/object.ts';
import { type Health, healthOf } from '../../../src/kinds/resource-instances/kstatus.ts';

const condition = (type: string, status: string, reason = 'Because') => ({ type, status, reason });
const object = (apiVersion: string, kind: string, spec: object, status: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name: 'a', generation: 2 }, spec, status }) as KubeObject;
const rolled = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const deployment = (status: object) => object('apps/v1', 'Deployment', { replicas: 2 }, status);
const set = (status: object, spec: object = {}) => object('apps/v1', 'StatefulSet', { replicas: 2, ...spec }, status);
const daemon = {
  observedGeneration: 2,
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
};
const custom = (status: object) => object('demo.example.com/v1', 'Widget', {}, status);
const going = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', deletionTimestamp: 'now' } };
const full = { observedGeneration: 2, replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const crd = (...conditions: object[]) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {}, { conditions });

test.each<[what: string, object: KubeObject, health: Health]>([
  ['an object that says nothing', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }, 'Current'],
  ['one that is being deleted', going, 'InProgress'],
  ['one whose controller has not looked yet', custom({ observedGeneration: 1 }), 'InProgress'],
  ['one that is Ready', custom({ conditions: [condition('Ready', 'True')] }), 'Current'],
  ['one that is not Ready', custom({ conditions: [condition('Ready', 'False')] }), 'InProgress'],
  [
    'one that reconciles',
    custom({ conditions: [condition('Ready', 'True'), condition('Reconciling', 'True')] }),
    'InProgress',
  ],
  ['one that is stalled', custom({ conditions: [condition('Stalled', 'True')] }), 'Failed'],
  ['one with a status that is no status', custom({ conditions: ['odd', null], observedGeneration: 'x' }), 'Current'],
  ['a kind named like a method of objects', object('v1', 'constructor', {}, {}), 'Current'],
  ['a Deployment without status', deployment({}), 'InProgress'],
  ['a Deployment that is rolled out', deployment(rolled), 'Current'],
  ['a Deployment with an old pod left', deployment({ ...rolled, replicas: 3 }), 'InProgress'],
  ['a Deployment with a pod that is not ready', deployment({ ...rolled, readyReplicas: 1 }), 'InProgress'],
  ['a Deployment with a pod that is not available', deployment({ ...rolled, availableReplicas: 1 }), 'InProgress'],
  [
    'a Deployment that gave up',
    deployment({ ...rolled, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] }),
    'Failed',
  ],
  [
    'a Deployment that wants none',
    object('apps/v1', 'Deployment', { replicas: 0 }, { observedGeneration: 2 }),
    'Current',
  ],
  [
    'a StatefulSet that is there',
    set({ observedGeneration: 2, replicas: 2, readyReplicas: 2, currentRevision: 'b', updateRevision: 'b' }),
    'Current',
  ],
  [
    'a StatefulSet that rolls',
    set({ observedGeneration: 2, replicas: 2, readyReplicas: 2, currentRevision: 'a', updateRevision: 'b' }),
    'InProgress',
  ],
  [
    'a StatefulSet that others roll',
    set({ observedGeneration: 2 }, { updateStrategy: { type: 'OnDelete' } }),
    'Current',
  ],
  ['a StatefulSet with a pod missing', set({ observedGeneration: 2, replicas: 1, readyReplicas: 1 }), 'InProgress'],
  ['a DaemonSet without status', object('apps/v1', 'DaemonSet', {}, {}), 'InProgress'],
  ['a DaemonSet that is everywhere', object('apps/v1', 'DaemonSet', {}, daemon), 'Current'],
  [
    'a DaemonSet that rolls',
    object('apps/v1', 'DaemonSet', {}, { ...daemon, updatedNumberScheduled: 1 }),
    'InProgress',
  ],
  ['a ReplicaSet that is there', object('apps/v1', 'ReplicaSet', { replicas: 2 }, full), 'Current'],
  [
    'a ReplicaSet that fails',
    object('apps/v1', 'ReplicaSet', { replicas: 2 }, { ...full, conditions: [condition('ReplicaFailure', 'True')] }),
    'InProgress',
  ],
  ['a Job that nobody has started', object('batch/v1', 'Job', {}, {}), 'InProgress'],
  ['a Job that runs', object('batch/v1', 'Job', {}, { startTime: 'now' }), 'Current'],
  [
    'a Job that is suspended',
    object('batch/v1', 'Job', {}, { conditions: [condition('Suspended', 'True')] }),
    'Current',
  ],
  [
    'a Job that failed',
    object('batch/v1', 'Job', {}, { startTime: 'now', conditions: [condition('Failed', 'True')] }),
    'Failed',
  ],
  ['a Pod that starts', object('v1', 'Pod', {}, { phase: 'Pending' }), 'InProgress'],
  [
    'a Pod that runs',
    object('v1', 'Pod', {}, { phase: 'Running', conditions: [condition('Ready', 'True')] }),
    'Current',
  ],
  ['a Pod that is through', object('v1', 'Pod', {}, { phase: 'Succeeded' }), 'Current'],
  ['a Pod that failed', object('v1', 'Pod', {}, { phase: 'Failed' }), 'Failed'],
  ['a claim that is bound', object('v1', 'PersistentVolumeClaim', {}, { phase: 'Bound' }), 'Current'],
  ['a claim that is not', object('v1', 'PersistentVolumeClaim', {}, { phase: 'Pending' }), 'InProgress'],
  ['a Service', object('v1', 'Service', { type: 'ClusterIP' }, {}), 'Current'],
  ['a load balancer without an address', object('v1', 'Service', { type: 'LoadBalancer' }, {}), 'InProgress'],
  [
    'a disruption budget that is not met',
    object('policy/v1', 'PodDisruptionBudget', {}, { desiredHealthy: 1 }),
    'InProgress',
  ],
  ['a definition that is established', crd(condition('Established', 'True')), 'Current'],
  ['a definition that is new', crd(), 'InProgress'],
  ['a definition whose names are taken', crd(condition('NamesAccepted', 'False')), 'Failed'],
])('%s', (_what, given, health) => {
  expect(healthOf(given)).toBe(health);
});
