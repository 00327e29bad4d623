/**
 * What the operator may do, from what kinds and adoption say that they own and look at. A right that nothing asks for is
 * not there, and none is a wildcard.
 */
import { adoption, restrictedAdoption } from '../../src/adoption/index.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { GROUP } from '../../src/api/meta.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { kinds, restrictedKinds } from '../../src/kinds/index.ts';
import { controllerFor } from '../../src/runtime/controller.ts';

/** A rule of a role. Source: rbac.authorization.k8s.io/v1 PolicyRule. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const WATCH = ['list', 'watch'];
/** It is got when somebody else was faster, or an answer was lost. */
const KEEP = ['get', 'create', 'patch', 'delete'];
const ORDER = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

/** Whom the operator speaks as and to, beside what it keeps. */
const OTHERS: readonly Rule[] = [
  // An XosResourceInstance is applied as its principal; the policy lets only those write one who may do so themselves.
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
];

/** Why the controllers of Kubernetes cannot make pods is asked of their Events. */
const ASKED: Rule = { apiGroups: [''], resources: ['events'], verbs: ['list'] };

/**
 * What else Kubernetes itself keeps in namespaces. A namespace is deleted only when nothing foreign lives in it, and what
 * may not be listed counts as in the way. Source: `kubectl api-resources --namespaced --verbs=list`, Kubernetes 1.37.
 */
const SURVEYED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'endpoints',
    'limitranges',
    'persistentvolumeclaims',
    'podtemplates',
    'replicationcontrollers',
    'resourcequotas',
  ],
  apps: ['controllerrevisions'],
  autoscaling: ['horizontalpodautoscalers'],
  'certificates.k8s.io': ['podcertificaterequests'],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['rolebindings', 'roles'],
  'resource.k8s.io': ['resourceclaims', 'resourceclaimtemplates'],
  'storage.k8s.io': ['csistoragecapacities'],
};

type Needed = ReadonlyMap<string, { readonly resource: Resource; readonly verbs: ReadonlySet<string> }>;

/** What these kinds and this part of adoption do, by resource. */
function needed(some: typeof kinds, adopting: typeof adoption): Needed {
  const verbs = new Map<string, { resource: Resource; verbs: Set<string> }>();
  const need = (resource: Resource, ...more: string[]) => {
    if (resource.inMemory === true) return;
    const entry = verbs.get(resourceName(resource)) ?? { resource, verbs: new Set() };
    verbs.set(resourceName(resource), entry);
    for (const verb of more) entry.verbs.add(verb);
  };
  for (const { resource } of [...some.map(controllerFor), ...adopting].flatMap(({ sources }) => sources))
    need(resource, ...WATCH);
  for (const resource of some.flatMap(({ owns }) => owns)) need(resource, ...KEEP);
  for (const { resource } of adopting.flatMap(({ sources }) => sources))
    if (resource.group === GROUP && resource !== XosKubernetesServices) need(resource, ...KEEP);
  // Their finalizers and xosManaged; a fresh installation starts with one that the operator makes.
  for (const { resource } of some) need(resource, 'patch');
  need(XosKubernetesServices, 'create');
  return verbs;
}

/** Every right of the operator in the cluster. */
export function rulesOfOperator(): Rule[] {
  const verbs = needed(kinds, adoption);
  return [...merged([...verbs.values()]), ...subresourceRules(kinds), ...OTHERS, ASKED, ...survey(verbs)];
}

/** Where the operator is restricted to namespaces: its rights in the cluster, on our own group, and in each namespace. */
export function restrictedRules(): { readonly cluster: readonly Rule[]; readonly namespace: readonly Rule[] } {
  const all = [...needed(restrictedKinds, restrictedAdoption).values()];
  const shared = restrictedKinds.filter(({ resource }) => !resource.namespaced);
  const local = restrictedKinds.filter(({ resource }) => resource.namespaced);
  const ours = all.filter(({ resource: { namespaced, group } }) => !namespaced && group === GROUP);
  const inIt = all.filter(({ resource }) => resource.namespaced);
  return {
    cluster: [...merged(ours), ...subresourceRules(shared)],
    namespace: [...merged(inIt), ...subresourceRules(local), ...OTHERS, ASKED],
  };
}

/** One rule for all resources of a group with the same verbs. */
function merged(entries: readonly { resource: Resource; verbs: ReadonlySet<string> }[]): Rule[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  for (const { resource, verbs } of entries) {
    const ordered = ORDER.filter((verb) => verbs.has(verb));
    const id = `${resource.group} ${ordered.join()}`;
    const rule = rules.get(id) ?? { apiGroups: [resource.group], resources: [], verbs: ordered };
    rule.resources.push(resource.plural);
    rules.set(id, rule);
  }
  return [...rules]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([, rule]) => ({ ...rule, resources: rule.resources.toSorted() }));
}

function subresourceRules(some: typeof kinds): Rule[] {
  const of = (these: typeof kinds, subresource: string) =>
    these.map(({ resource }) => `${resource.plural}/${subresource}`).toSorted();
  // A namespace is owned by an annotation.
  const owners = some.filter(({ owns }) => owns.some(({ namespaced }) => namespaced));
  const status = { apiGroups: [GROUP], resources: of(some, 'status'), verbs: ['patch'] };
  if (owners.length === 0) return [status];
  // Asked for by clusters with the admission plugin OwnerReferencesPermissionEnforcement only, such as OpenShift.
  return [status, { apiGroups: [GROUP], resources: of(owners, 'finalizers'), verbs: ['update'] }];
}

function survey(watched: ReadonlyMap<string, unknown>): Rule[] {
  return Object.entries(SURVEYED).flatMap(([group, plurals]) => {
    const resources = plurals.filter((plural) => !watched.has(group === '' ? plural : `${plural}.${group}`));
    return resources.length === 0 ? [] : [{ apiGroups: [group], resources, verbs: ['list'] }];
  });
}
