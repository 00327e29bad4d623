/** Builders of objects for the tests without a cluster: each gives the resource and the object, as `viewOf` takes them. */
import { Deployments, Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../src/api/object.ts';
import { apiVersionOf, type Resource } from '../../src/api/resource.ts';

/** A resource and an object of it. */
export type Placed = [Resource, KubeObject];

/** What differs from the plainest object of its sort. */
export interface Parts {
  readonly name?: string;
  readonly namespace?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: object;
  readonly status?: object;
}

const builder =
  (resource: Resource, name: string, spec?: object) =>
  (parts: Parts = {}): Placed => {
    const { namespace = 'ns' } = parts;
    const metadata = {
      name: parts.name ?? name,
      ...(resource.namespaced && { namespace }),
      ...parts.metadata,
    };
    const wanted = spec === undefined && parts.spec === undefined ? {} : { spec: { ...spec, ...parts.spec } };
    const object: KubeObject = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...wanted };
    return [resource, parts.status === undefined ? object : ({ ...object, status: parts.status } as KubeObject)];
  };

const managed = { xosManaged: true, adoptionPolicy: 'MustNotExist', driftPolicy: 'Correct' };

export const aDomain = builder(XosTrustDomains, 'ns', {
  ...managed,
  adoptionPolicy: 'AdoptIfUnowned',
  deletionPolicy: 'Delete',
  allowCascadingDeletion: false,
});
export const aSlice = builder(XosSlices, 'slice', managed);
export const anInstance = builder(XosServiceInstances, 'instance', { ...managed, sliceRef: { name: 'slice' } });

export const aNamespace = builder(Namespaces, 'ns');
export const anAccount = builder(ServiceAccounts, 'default');
export const aPod = builder(Pods, 'pod', {
  nodeName: 'node',
  serviceAccountName: 'default',
  containers: [{ name: 'main', image: 'registry:5000/team/app:1' }],
});
export const aDeployment = builder(Deployments, 'web');

/** A reference to this object as the controller of another, with the UID that `live` gives it. */
export function controlledBy([resource, { metadata }]: Placed, claims: Partial<OwnerReference> = {}): OwnerReference {
  return { ...ownedBy([resource, { apiVersion: '', kind: '', metadata }]), controller: true, ...claims };
}

/** A reference to this object, which controls nothing. */
export function ownedBy([resource, { metadata }]: Placed): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: metadata.name,
    uid: metadata.uid ?? `${resource.kind}:${keyOf(metadata)}`,
  };
}

/** The same object with other metadata beside its own. */
export function withMeta([resource, object]: Placed, metadata: Partial<ObjectMeta>): Placed {
  return [resource, { ...object, metadata: { ...object.metadata, ...metadata } }];
}

/** The status of a pod that runs and is ready. */
export const RUNNING = {
  phase: 'Running',
  podIP: '10.0.0.1',
  podIPs: [{ ip: '10.0.0.1' }],
  startTime: '2026-01-01T00:00:00Z',
  conditions: [{ type: 'Ready', status: 'True' }],
  containerStatuses: [
    { name: 'main', ready: true, restartCount: 2 },
    { name: 'sidecar', ready: true, restartCount: 1 },
  ],
};
