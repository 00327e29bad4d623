/**
 * Writes config/rbac/role.yaml: what the operator may do, from what kinds and adoption say that they own and look at. A
 * right that nothing asks for is not there, and none is a wildcard.
 */
import { adoption } from '../../src/adoption/index.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { GROUP } from '../../src/api/meta.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { controllerFor } from '../../src/runtime/controller.ts';
import { LABELS, yamlFile } from './yaml-file.ts';

/** A rule of a ClusterRole. Source: rbac.authorization.k8s.io/v1 PolicyRule. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const HEADER = `# Generated from what src/kinds and src/adoption own and look at by \`npm run generate\`. Do not edit.
# Who wants a trust domain with objects of other kinds in it to be deleted, or controllers of other kinds to be looked up,
# gives the operator more by a ClusterRole with the label xos.opencord.org/aggregate-to-operator: "true".
`;
const AGGREGATE = { [`${GROUP}/aggregate-to-operator`]: 'true' };

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

/**
 * What else Kubernetes itself keeps in namespaces. A namespace is deleted only when nothing foreign lives in it, and what
 * may not be listed counts as in the way. Source: `kubectl api-resources --namespaced --verbs=list`, Kubernetes 1.37.
 */
const SURVEYED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'endpoints',
    'events',
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

/** Every right of the operator in the cluster. */
function rulesOfOperator(): Rule[] {
  const verbs = new Map<string, { resource: Resource; verbs: Set<string> }>();
  const need = (resource: Resource, ...more: string[]) => {
    if (resource.inMemory === true) return;
    const entry = verbs.get(resourceName(resource)) ?? { resource, verbs: new Set() };
    verbs.set(resourceName(resource), entry);
    for (const verb of more) entry.verbs.add(verb);
  };
  for (const { resource } of [...kinds.map(controllerFor), ...adoption].flatMap(({ sources }) => sources))
    need(resource, ...WATCH);
  for (const resource of kinds.flatMap(({ owns }) => owns)) need(resource, ...KEEP);
  for (const { resource } of adoption.flatMap(({ sources }) => sources))
    if (resource.group === GROUP && resource !== XosKubernetesServices) need(resource, ...KEEP);
  // Their finalizers and xosManaged; a fresh installation starts with one that the operator makes.
  for (const { resource } of kinds) need(resource, 'patch');
  need(XosKubernetesServices, 'create');
  return [...merged([...verbs.values()]), ...subresourceRules(), ...OTHERS, ...survey(verbs)];
}

/** The file. */
export async function roleFile(): Promise<string> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const whole = {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: 'xos-operator', labels: LABELS },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: AGGREGATE }] },
  };
  const own = {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: 'xos-operator-own', labels: { ...LABELS, ...AGGREGATE } },
    rules: rulesOfOperator(),
  };
  return await yamlFile(HEADER, [whole, own]);
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

function subresourceRules(): Rule[] {
  const of = (some: typeof kinds, subresource: string) =>
    some.map(({ resource }) => `${resource.plural}/${subresource}`).toSorted();
  // A namespace is owned by an annotation.
  const owners = kinds.filter(({ owns }) => owns.some(({ namespaced }) => namespaced));
  return [
    { apiGroups: [GROUP], resources: of(kinds, 'status'), verbs: ['patch'] },
    // Asked for by clusters with the admission plugin OwnerReferencesPermissionEnforcement only, such as OpenShift.
    { apiGroups: [GROUP], resources: of(owners, 'finalizers'), verbs: ['update'] },
  ];
}

function survey(watched: ReadonlyMap<string, unknown>): Rule[] {
  return Object.entries(SURVEYED).flatMap(([group, plurals]) => {
    const resources = plurals.filter((plural) => !watched.has(group === '' ? plural : `${plural}.${group}`));
    return resources.length === 0 ? [] : [{ apiGroups: [group], resources, verbs: ['list'] }];
  });
}
