/** Objects that the suites apply. */
import type { KubeObject } from '../../src/api/object.ts';

const API = 'xos.opencord.org/v1alpha1';
type Sample = KubeObject & { spec: Record<string, unknown> };

/** Annotations of a custom resource that gave back what it managed. */
export const GIVEN_BACK = { 'xos.opencord.org/released': 'true' };

export function xos(kind: string, name: string, spec: object, ns?: string): Sample {
  return { apiVersion: API, kind, metadata: { name, ...(ns !== undefined && { namespace: ns }) }, spec: { ...spec } };
}

export function managed(kind: string, name: string, spec: object, ns?: string): Sample {
  return xos(kind, name, { xosManaged: true, ...spec }, ns);
}

export function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

const IMAGE = 'registry.example.com/team/web:1.2';

export function pod(ns: string, name: string, image: string = IMAGE): KubeObject & { spec: object } {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: ns },
    spec: { containers: [{ name: 'c', image }] },
  };
}

export function deployment(
  ns: string,
  name: string,
  replicas = 1,
  image: string = IMAGE,
): KubeObject & { spec: object } {
  return workload('Deployment', ns, name, { replicas, ...podTemplate(name, image) });
}

export function statefulSet(ns: string, name: string, replicas = 1): KubeObject & { spec: object } {
  return workload('StatefulSet', ns, name, {
    replicas,
    serviceName: name,
    podManagementPolicy: 'Parallel',
    ...podTemplate(name, IMAGE),
  });
}

export function daemonSet(ns: string, name: string): KubeObject & { spec: object } {
  return workload('DaemonSet', ns, name, podTemplate(name, IMAGE));
}

export function replicaSet(ns: string, name: string, replicas = 1): KubeObject & { spec: object } {
  return workload('ReplicaSet', ns, name, { replicas, ...podTemplate(name, IMAGE) });
}

export function job(ns: string, name: string): KubeObject & { spec: object } {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: ns }, spec: { template } };
}

/** It never makes a Job by itself while a test runs. */
export function cronJob(ns: string, name: string): KubeObject & { spec: object } {
  const { apiVersion, metadata, spec } = job(ns, name);
  return { apiVersion, kind: 'CronJob', metadata, spec: { schedule: '0 0 1 1 *', jobTemplate: { spec } } };
}

function workload(kind: string, ns: string, name: string, spec: object): KubeObject & { spec: object } {
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: ns }, spec };
}

function podTemplate(name: string, image: string): object {
  return {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image }] } },
  };
}

/** The Lease of the operator, held for an hour by somebody who does not renew it. */
export function leaseOfSomebody(ns: string): object {
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'xos-operator', namespace: ns },
    spec: { holderIdentity: 'somebody', leaseDurationSeconds: 3_600, renewTime },
  };
}
