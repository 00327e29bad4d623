/**
 * A small world for the tests of removing: what XOS made, what joined, what a principal applied, what is bound, and what is
 * none of its business. There may be several, each with namespaces of its own.
 */
import { Deployments, Namespaces, Pods, ReplicaSets, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { configMap, resourceInstance, rights } from './resource-instances.ts';
import { deployment, managed, namespace, pod } from './samples.ts';
import type { Scene } from './scene.ts';

/** The namespace that XOS makes, the one that it binds, and the one of others. */
const made = (world: string) => `made-${world}`;
const bound = (world: string) => `bound-${world}`;
const theirs = (world: string) => `theirs-${world}`;

/** Where the custom resources of a world are. */
export const placesOf = (world: string): string[] => [made(world), bound(world)];

/** What is held by a finalizer until the operator has done its part. */
export const heldIn = (world: string): string[] => [
  `XosResourceInstance ${bound(world)}/applied`,
  `XosTrustDomain ${made(world)}`,
];

/** What a principal applied. */
export const appliedIn = (world: string): string[] => [`ConfigMap ${bound(world)}/applied`];

/** What custom resources own: garbage collection takes it with them. */
export const ownedIn = (world: string): string[] => [
  ...['ConfigMap settings', 'Pod solo', 'Secret key', 'Service front', 'ServiceAccount worker'].map(
    within(made(world)),
  ),
  ...['Deployment web', 'ReplicaSet web-*', 'Pod web-*'].map(within(made(world))),
  ...['Deployment joined', 'ReplicaSet joined-*', 'Pod joined-*', 'ServiceAccount runner'].map(within(bound(world))),
];

const ownedBy = (place: string, world: string) => ownedIn(world).filter((name) => name.includes(` ${place}/`));
/** What Kubernetes puts into each namespace. */
const givenTo = (place: string) => ['ConfigMap kube-root-ca.crt', 'ServiceAccount default'].map(within(place));

/** The namespace that XOS made, with everything in it. */
export const wholeOfMade = (world: string): string[] => [
  `Namespace ${made(world)}`,
  ...givenTo(made(world)),
  ...ownedBy(made(world), world),
];

/** The namespace that is bound, with everything in it. */
export const wholeOfBound = (world: string): string[] => [
  `Namespace ${bound(world)}`,
  ...givenTo(bound(world)),
  ...['Role rights', 'RoleBinding rights'].map(within(bound(world))),
  ...ownedBy(bound(world), world),
  ...appliedIn(world),
];

function within(place: string): (name: string) => string {
  return (name) => name.replace(' ', ` ${place}/`);
}

/** What was there before XOS was told anything. */
const earlier = (world: string): object[] => [
  namespace(bound(world)),
  namespace(theirs(world)),
  deployment(bound(world), 'joined'),
  ...rights('runner', {
    name: 'rights',
    resources: ['configmaps'],
    where: bound(world),
    subject: { kind: 'ServiceAccount', name: 'runner', namespace: bound(world) },
  }),
  deployment(theirs(world), 'web'),
  pod(theirs(world), 'bare'),
  configMap('notes', { of: 'theirs' }, theirs(world)),
];

const inMade = (world: string): object[] => [
  managed('XosPrincipal', 'worker', {}, made(world)),
  managed('XosConfigMap', 'settings', { data: { a: 'b' } }, made(world)),
  managed('XosSecret', 'key', { stringData: { a: 'b' } }, made(world)),
  managed('XosService', 'front', { exposure: 'ClusterIP' }, made(world)),
  managed('XosServicePort', 'http', { serviceRef: { name: 'front' }, internalPort: 80 }, made(world)),
  managed('XosSlice', 'web', { controllerKind: 'Deployment', image: 'app:1', replicas: 1 }, made(world)),
  managed('XosSlice', 'group', {}, made(world)),
  managed('XosServiceInstance', 'solo', { sliceRef: { name: 'group' }, image: 'app:1' }, made(world)),
];

const inBound = (world: string): object[] => [
  managed('XosTrustDomain', bound(world), {}),
  managed('XosPrincipal', 'runner', {}, bound(world)),
  managed('XosSlice', 'joined', { controllerKind: 'Deployment', adoptionPolicy: 'AdoptIfUnowned' }, bound(world)),
  resourceInstance(bound(world), 'applied', {
    principalRef: { name: 'runner' },
    manifests: [configMap('applied')],
  }),
];

/** Makes worlds, and waits until nothing happens in them any more. */
export async function makeWorlds(scene: Scene, worlds: readonly string[]): Promise<Sight> {
  await scene.apply(...worlds.flatMap(earlier), ...worlds.map((world) => managed('XosTrustDomain', made(world), {})));
  for (const world of worlds) await scene.untilReady(XosTrustDomains, made(world));
  await scene.apply(...worlds.flatMap((world) => [...inMade(world), ...inBound(world)]));
  for (const world of worlds) {
    await scene.untilReady(XosTrustDomains, bound(world));
    await scene.untilReady(XosServicePorts, `${made(world)}/http`);
    await scene.untilReady(XosServiceInstances, `${made(world)}/solo`);
    for (const key of [`${made(world)}/web`, `${bound(world)}/joined`]) await scene.untilReady(XosSlices, key);
    await scene.untilReady(XosResourceInstances, `${bound(world)}/applied`);
    await scene.untilReady(XosServiceInstances, `${theirs(world)}/bare`, 'Observed');
  }
  return await untilStill(scene, worlds);
}

const rbac = (kind: string, plural: string): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
});
const LOOKED_AT: readonly Resource[] = [
  Namespaces,
  Deployments,
  ReplicaSets,
  Pods,
  Services,
  ConfigMaps,
  Secrets,
  ServiceAccounts,
  rbac('Role', 'roles'),
  rbac('RoleBinding', 'rolebindings'),
];
/** What Kubernetes draws by lot, at the end of names. */
const DRAWN = /^(web|joined)-[a-z0-9]+(-[a-z0-9]{5})?$/;

/** What lives in the namespaces of worlds, and they themselves. */
export interface Sight {
  /** By UID: what it is called. */
  readonly names: ReadonlyMap<string, string>;
  /** By UID: all of it, byte for byte. */
  readonly bodies: ReadonlyMap<string, string>;
}

export async function look(scene: Scene, worlds: readonly string[]): Promise<Sight> {
  const places = new Set(worlds.flatMap((world) => [...placesOf(world), theirs(world)]));
  // Not by kubectl: it is asked until all is as it should be, and each time kubectl takes 0.13 s of processor.
  const all = (await Promise.all(LOOKED_AT.map(async (resource) => await scene.list(resource)))).flat();
  const here = all.filter(({ kind, metadata: { name, namespace: place } }) =>
    places.has(kind === 'Namespace' ? name : (place ?? '')),
  );
  return {
    names: new Map(here.map((object) => [object.metadata.uid, called(object)])),
    bodies: new Map(here.map((object) => [object.metadata.uid, JSON.stringify(object)])),
  };
}

/** `Deployment made/web`; what is drawn by lot is an asterisk. */
export function called({ kind, metadata: { namespace: place, name } }: KubeObject): string {
  const lasting = name.replace(DRAWN, '$1-*');
  return place === undefined ? `${kind} ${lasting}` : `${kind} ${place}/${lasting}`;
}

/** What is no longer there, sorted. */
export function goneSince(then: Sight, now: Sight): string[] {
  return [...then.names].flatMap(([uid, name]) => (now.names.has(uid) ? [] : [name])).toSorted();
}

/** What is there still, but not as it was: before and after. A namespace that waits for its end is not meant. */
export function changedSince(then: Sight, now: Sight): string[] {
  return [...now.bodies].flatMap(([uid, body]) => {
    const old = then.bodies.get(uid);
    const isEnding = (JSON.parse(body) as KubeObject).metadata.deletionTimestamp !== undefined;
    return old === undefined || old === body || isEnding ? [] : [old, body];
  });
}

async function untilStill(scene: Scene, worlds: readonly string[]): Promise<Sight> {
  let last = await look(scene, worlds);
  let quiet = 0;
  return await scene.until('nothing to change', async () => {
    const now = await look(scene, worlds);
    const same = now.names.size === last.names.size && changedSince(last, now).length === 0;
    quiet = same ? quiet + 1 : 0;
    last = now;
    return quiet === 3 ? now : undefined;
  });
}
