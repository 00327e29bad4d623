/**
 * The inventory oracle: what should be mirrored, computed from raw lists by a second, naive implementation, and what is.
 * The two must be equal whenever the cluster is at rest.
 */
import {
  CronJobs,
  DaemonSets,
  Deployments,
  Jobs,
  Namespaces,
  type Pod,
  Pods,
  ReplicaSets,
  ServiceAccounts,
  StatefulSets,
} from '../../src/api/core.ts';
import { type XosImage, XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject, Live, OwnerReference } from '../../src/api/object.ts';
import type { Scene } from './scene.ts';

export interface Inventory {
  /** `namespace/name uid slice` of every pod that XOS did not make. */
  readonly instances: readonly string[];
  /** `namespace/kind/name uid` of their controllers. */
  readonly slices: readonly string[];
  readonly domains: readonly string[];
  readonly principals: readonly string[];
  readonly images: readonly string[];
}

type Spec = {
  spec: { xosManaged?: boolean; resourceName?: string; controllerKind?: string; sliceRef?: { name: string } };
};

/** What the cluster runs that others made. */
async function expectedInventory(scene: Scene): Promise<Inventory> {
  const [pods, above, namespaces] = await Promise.all([
    scene.list(Pods),
    controllersByUid(scene),
    scene.list(Namespaces),
  ]);
  const shy = namespaces.filter(isOptedOut).map(({ metadata }) => metadata.name);
  const isLeftOut = (pod: Live<Pod>) =>
    shy.includes(pod.metadata.namespace ?? '') || [pod, ...allAbove(pod, above)].some(isOptedOut);
  const foreign = pods.filter(
    (pod) => !controller(pod)?.apiVersion.startsWith('xos.opencord.org/') && isScheduled(pod) && !isLeftOut(pod),
  );
  const all = await scene.list(XosSlices);
  const declared = all.filter((slice) => slice.spec.xosManaged);
  const sliceOf = (pod: Live<Pod>) => topOf(pod, above);
  const isDeclared = (owner: OwnerReference) =>
    declared.some(({ metadata }) => metadata.uid === controller(above.get(owner.uid))?.uid);
  const mirrors = new Map(all.filter((slice) => !slice.spec.xosManaged).map((slice) => [ownerUid(slice), slice]));
  const given = new Map(all.filter(isDeliberate).map((slice) => [ownerUid(slice), slice]));
  const named = (owner: OwnerReference, namespace: string) => {
    if (isDeclared(owner)) return controller(above.get(owner.uid))?.name ?? '';
    const label = above.get(owner.uid)?.metadata.labels?.['xos.opencord.org/slice'];
    const plain = label ?? `${owner.name}.${owner.kind.toLowerCase()}`;
    const holder = all.find(({ metadata }) => metadata.namespace === namespace && metadata.name === plain);
    const isTaken = holder !== undefined && (holder.spec.xosManaged || ownerUid(holder) !== owner.uid);
    return (isTaken ? mirrors : given).get(owner.uid)?.metadata.name ?? plain;
  };
  // Of a pod without a controller, what somebody wrote of its slice stands.
  const kept = new Map(
    (await scene.list(XosServiceInstances)).filter(isDeliberate).map((each) => [ownerUid(each), each]),
  );
  const sliceNameOf = (pod: Live<Pod>) => {
    const owner = sliceOf(pod);
    return owner === undefined
      ? (kept.get(pod.metadata.uid)?.spec.sliceRef?.name ?? '-')
      : named(owner, pod.metadata.namespace ?? '');
  };
  const domains = (await scene.list(XosTrustDomains))
    .filter((each) => each.spec.xosManaged)
    .map(({ metadata }) => metadata.name);
  const principals = (await scene.list(XosPrincipals))
    .filter((each) => each.spec.xosManaged)
    .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  const images = new Set((await scene.list(XosImages)).filter((each) => each.spec.xosManaged).map(textOf));
  return {
    instances: sorted(foreign.map((pod) => `${keyOf(pod)} ${pod.metadata.uid} ${sliceNameOf(pod)}`)),
    slices: sorted(
      foreign.flatMap((pod) => {
        const owner = sliceOf(pod);
        return owner === undefined || isDeclared(owner)
          ? []
          : [`${pod.metadata.namespace ?? ''}/${owner.kind}/${owner.name} ${owner.uid}`];
      }),
    ),
    domains: sorted(foreign.map(({ metadata }) => metadata.namespace ?? '').filter((name) => !domains.includes(name))),
    principals: sorted(
      foreign
        // A static pod has no service account.
        .filter(({ spec }) => spec.serviceAccountName !== undefined)
        .map((pod) => `${pod.metadata.namespace ?? ''}/${pod.spec.serviceAccountName ?? ''}`)
        .filter((key) => !principals.includes(key)),
    ),
    images: sorted(
      foreign
        .flatMap(({ spec }) => [...spec.containers, ...(spec.initContainers ?? [])].map(({ image = '' }) => image))
        .filter((image) => !images.has(image)),
    ),
  };
}

/** What the custom resources say that others made. Mirrors of what outlives its pods are left out where nothing runs. */
export async function actualInventory(scene: Scene): Promise<Inventory> {
  const mirrors = async (
    resource: typeof XosSlices | typeof XosServiceInstances | typeof XosPrincipals | typeof XosTrustDomains,
  ) =>
    ((await scene.list(resource as typeof XosSlices)) as (Live<KubeObject> & Spec)[]).filter(
      ({ spec }) => spec.xosManaged === false,
    );
  const nameOf = ({ metadata, spec }: KubeObject & Spec) => spec.resourceName ?? metadata.name;
  const what = (object: KubeObject & Spec) => `${object.metadata.namespace ?? ''}/${nameOf(object)}`;
  return {
    instances: sorted(
      (await mirrors(XosServiceInstances)).map(
        (each) => `${what(each)} ${ownerUid(each)} ${each.spec.sliceRef?.name ?? '-'}`,
      ),
    ),
    slices: sorted(
      (await mirrors(XosSlices)).map(
        (each) =>
          `${each.metadata.namespace ?? ''}/${each.spec.controllerKind ?? ''}/${nameOf(each)} ${ownerUid(each)}`,
      ),
    ),
    domains: sorted((await mirrors(XosTrustDomains)).map(nameOf)),
    principals: sorted((await mirrors(XosPrincipals)).map(what)),
    images: sorted((await scene.list(XosImages)).filter(({ spec }) => !spec.xosManaged).map(textOf)),
  };
}

/**
 * Waits until the inventory is exact. Mirrors of slices, domains and principals come with the first pod and stay as long
 * as their original, so of these there may be more than there are pods for; the rest must be equal. `within`: the operator
 * is restricted to these namespaces.
 */
export async function untilExact(scene: Scene, timeoutMs = 60_000, within?: readonly string[]): Promise<void> {
  let problem = '';
  await scene
    .until(
      'the inventory to be exact',
      async () => {
        const [expected, actual] = await Promise.all([expectedInventory(scene), actualInventory(scene)]);
        problem =
          differenceOf(within === undefined ? expected : partOf(expected, within), actual) || (await ghostsOf(scene));
        return problem === '' ? true : undefined;
      },
      timeoutMs,
    )
    .catch((error: unknown) => {
      throw new Error(`${problem}\n${error instanceof Error ? error.message : ''}`, { cause: error });
    });
}

/** Whether the settings leave nothing out, so that the inventory has to be what the oracle says. */
export async function isWholeInventory(scene: Scene): Promise<boolean> {
  const [service, ...more] = await scene.list(XosKubernetesServices);
  if (service === undefined || more.length > 0) return false;
  const { mode, adoption } = service.spec;
  const { enabled, granularity, finishedPods, namespaces, namespaceSelector, podSelector } = adoption;
  const isFiltered = [namespaces, namespaceSelector, podSelector].some((filter) => filter !== undefined);
  return mode === 'Manage' && enabled && granularity === 'Pod' && finishedPods === 'Include' && !isFiltered;
}

/** What is seen of it from within some namespaces: neither these as objects nor images of the whole cluster. */
function partOf(inventory: Inventory, namespaces: readonly string[]): Inventory {
  const inThem = (names: readonly string[]) => names.filter((name) => namespaces.includes(name.split('/')[0] ?? ''));
  const { instances, slices, principals } = inventory;
  return {
    instances: inThem(instances),
    slices: inThem(slices),
    principals: inThem(principals),
    domains: [],
    images: [],
  };
}

function differenceOf(expected: Inventory, actual: Inventory): string {
  const lacks = (Object.keys(expected) as (keyof Inventory)[]).map(
    (what) => [what, expected[what].filter((each) => !actual[what].includes(each))] as const,
  );
  const ghosts = (['instances', 'images'] as const).map(
    (what) => [what, actual[what].filter((each) => !expected[what].includes(each))] as const,
  );
  const say =
    (kind: string) =>
    ([what, names]: readonly [string, readonly string[]]) =>
      names.length === 0 ? [] : [`${kind} ${what}: ${names.slice(0, 5).join(', ')} (${names.length})`];
  return [...lacks.flatMap(say('missing')), ...ghosts.flatMap(say('surplus'))].join('; ');
}

/** Mirrors of slices, domains and principals whose original is not there; of kinds that are not listed here nobody can say. */
async function ghostsOf(scene: Scene): Promise<string> {
  const [above, namespaces, accounts] = await Promise.all([
    controllersByUid(scene),
    scene.list(Namespaces),
    scene.list(ServiceAccounts),
  ]);
  const living = new Set([...above.keys(), ...[...namespaces, ...accounts].map(({ metadata }) => metadata.uid)]);
  const found = await Promise.all(
    [XosSlices, XosTrustDomains, XosPrincipals].map((each) => scene.list(each as typeof XosSlices)),
  );
  const ghosts = found.flat().filter((mirror) => {
    const [owner] = mirror.metadata.ownerReferences ?? [];
    return !mirror.spec.xosManaged && owner !== undefined && LISTED.has(owner.kind) && !living.has(owner.uid);
  });
  return ghosts.length === 0 ? '' : `ghosts: ${ghosts.map(keyOf).join(', ')}`;
}

const CONTROLLERS = [ReplicaSets, Jobs, Deployments, StatefulSets, DaemonSets, CronJobs];
const LISTED = new Set([...CONTROLLERS, Namespaces, ServiceAccounts].map(({ kind }) => kind));

async function controllersByUid(scene: Scene): Promise<Map<string, KubeObject>> {
  const lists = await Promise.all(CONTROLLERS.map((resource) => scene.list(resource)));
  return new Map(lists.flat().map((object) => [object.metadata.uid, object]));
}

/** The controllers of a pod that are known, but for what only has what its own controller had once. */
function allAbove(object: KubeObject, above: ReadonlyMap<string, KubeObject>): KubeObject[] {
  const owner = above.get(controller(object)?.uid ?? '');
  if (owner === undefined) return [];
  const isCopy = owner.kind === 'ReplicaSet' && controller(owner) !== undefined;
  return [...(isCopy ? [] : [owner]), ...allAbove(owner, above)];
}

function isOptedOut({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['xos.opencord.org/adopt'] === 'false';
}

function topOf(pod: KubeObject, above: ReadonlyMap<string, KubeObject>): OwnerReference | undefined {
  const owner = controller(pod);
  if (owner === undefined || owner.kind === 'Node') return undefined;
  const higher = controller(above.get(owner.uid));
  const isBetween = (owner.kind === 'ReplicaSet' || owner.kind === 'Job') && higher !== undefined;
  // What a slice made, be it a ReplicaSet or a Job, is what counts.
  return isBetween && !higher.apiVersion.startsWith('xos.opencord.org/') ? higher : owner;
}

function controller(object: KubeObject | undefined): OwnerReference | undefined {
  return object?.metadata.ownerReferences?.find((each) => each.controller === true);
}

/** A mirror that was released, or declared as one, keeps the name that it has. */
function isDeliberate({ metadata, spec }: KubeObject & Spec): boolean {
  const wrote = (manager = '', fields: object = {}) => manager !== 'xos-operator' && 'f:xosManaged' in fields;
  const entries = metadata.managedFields ?? [];
  const isWritten = entries.some(({ manager, fieldsV1 }) => wrote(manager, fieldsV1?.['f:spec'] as object | undefined));
  return spec.xosManaged === false && (isWritten || metadata.annotations?.['xos.opencord.org/released'] === 'true');
}

function ownerUid({ metadata }: KubeObject): string {
  return metadata.ownerReferences?.[0]?.uid ?? '-';
}

function isScheduled({ spec }: Pod): boolean {
  return spec.nodeName !== undefined;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function textOf({ spec }: XosImage): string {
  const { image, tag, digest } = spec;
  if (digest !== undefined) return `${image}@${digest}`;
  return tag === undefined ? image : `${image}:${tag}`;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
