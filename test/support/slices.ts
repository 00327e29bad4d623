/** A slice with a controller, and what is live below it: for the tables of the pure ring. */
import { Pods, ServiceAccounts, type Workload } from '../../src/api/core.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { CONTROLLER_TYPES } from '../../src/kinds/slices/types.ts';
import { managed } from './samples.ts';
import { controllers, viewOf } from './view.ts';

export type Placed = [Resource, KubeObject];
type Outcome = NonNullable<ReturnType<typeof decide>>;

const UID = 'XosSlice:ns/s';
const account: Placed = [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } },
];
const sliceOf = (spec: object): Placed => [XosSlices, managed('XosSlice', 's', { image: 'app:1', ...spec }, 'ns')];

export function decide(spec: object, ...objects: Placed[]) {
  const slices = controllers.find(({ name }) => name === resourceName(XosSlices));
  return slices?.decide('ns/s', viewOf(account, sliceOf(spec), ...objects))?.outcome;
}

export const verdictOf = (outcome: Outcome | undefined) => outcome?.report?.verdict;
export const childOf = (outcome: Outcome | undefined) =>
  outcome?.children?.[0]?.object as (KubeObject & { spec: JsonObject }) | undefined;
export const owner = (kind: string, name: string, uid = `${kind}:ns/${name}`) => ({
  ownerReferences: [
    { apiVersion: kind === 'XosSlice' ? 'xos.opencord.org/v1alpha1' : 'apps/v1', kind, name, uid, controller: true },
  ],
});

/** A controller as it is live, made by the slice: with what it wants, unless something else is said. */
export function made(kind: string, spec: object, status: object = {}): Placed {
  const resource = CONTROLLER_TYPES.get(kind)?.resource as Resource<Workload>;
  return [
    resource,
    {
      apiVersion: `${resource.group}/${resource.version}`,
      kind,
      metadata: { name: 's', namespace: 'ns', generation: 2, ...owner('XosSlice', 's', UID) },
      spec,
      status: { observedGeneration: 2, ...status },
    } as KubeObject,
  ];
}

export function pod(name: string, of: [kind: string, name: string], status: object, more: object = {}): Placed {
  const metadata = { name, namespace: 'ns', ...owner(...of), ...more };
  const spec = { containers: [{ name: 'main', image: 'app:1' }], initContainers: [{ name: 'init', image: 'init:1' }] };
  return [Pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec, status } as KubeObject];
}

export const waits = (reason: string) => ({ containerStatuses: [{ name: 'main', state: { waiting: { reason } } }] });
export const SCHEDULED = { controllerKind: 'CronJob', schedule: '@daily' };
