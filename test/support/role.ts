/** The rights of the operator, one by one, and what is left of its roles without some of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { type Key, keyIn, partsOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { checkout } from '../../hack/cluster/cache.ts';
import type { Scene } from './scene.ts';

/** A verb on a resource. */
export interface Right {
  readonly verb: string;
  /** As the operator names it: `deployments.apps`, `xossites.xos.opencord.org/status`. */
  readonly resource: string;
}

/** Source: rbac.authorization.k8s.io/v1 PolicyRule. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface Role extends KubeObject {
  readonly rules: readonly Rule[];
}

const GROUP = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const ClusterRoles: Resource<Role> = { ...GROUP, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const Roles: Resource<Role> = { ...GROUP, kind: 'Role', plural: 'roles', namespaced: true };
/** A role that config/ gives the operator: what it is called, and in which file it stands. */
interface Grant {
  readonly resource: Resource<Role>;
  readonly key: Key;
  readonly file: string;
}

/** The account that has them. */
const OPERATOR = 'system:serviceaccount:xos-system:xos-operator';
const LEASES: Grant = { resource: Roles, key: 'xos-system/xos-operator-leases', file: 'rbac/leases.yaml' };
/** Its rules are gathered into another one, which others may add to. */
const OWN: Grant = { resource: ClusterRoles, key: 'xos-operator-own', file: 'rbac/role.yaml' };

/** What config/default grants. */
export const DEFAULT: readonly Grant[] = [OWN, LEASES];

/** What config/namespaced grants an operator that looks after these namespaces. */
export function restrictedTo(...namespaces: readonly string[]): readonly Grant[] {
  const file = 'namespaced/operator/restricted-role.yaml';
  return [
    { resource: ClusterRoles, key: 'xos-operator-restricted', file },
    ...namespaces.map((name) => ({
      resource: Roles,
      key: keyIn(name, 'xos-operator'),
      file: 'namespaced/namespace/namespace-role.yaml',
    })),
    LEASES,
  ];
}

/** What it needs besides where its metrics are for those only whom the API server lets see them. */
export const METRICS: readonly Grant[] = [
  { resource: ClusterRoles, key: 'xos-operator-metrics-auth', file: 'components/metrics-auth/rbac.yaml' },
];

/** `deployments` of `apps` is `deployments.apps`, and `deployments/status` of it is `deployments.apps/status`. */
export function named(group: string, plural: string): string {
  const [resource = '', subresource] = plural.split('/');
  const whole = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? whole : `${whole}/${subresource}`;
}

/** Every right that these give, each once. */
export function rightsOf(grants: readonly Grant[]): Right[] {
  const rights = grants.flatMap(rulesOf).flatMap(singly);
  return [...new Map(rights.map((right) => [nameOf(right), right])).values()];
}

/** For example `patch deployments.apps`. */
export function nameOf({ verb, resource }: Right): string {
  return `${verb} ${resource}`;
}

/** How often rights were taken away so far. */
let turns = 0;

/** Takes rights away from the installed roles, and gives all others back; so it is when this returns, and not a moment later. */
export async function takeAway(
  scene: Scene,
  grants: readonly Grant[],
  isTaken: (right: Right) => boolean,
): Promise<void> {
  turns += 1;
  for (const grant of grants) {
    const rules = [...rulesOf(grant).flatMap((rule) => without(rule, isTaken)), markOf(turns)];
    await scene.client.patch(grant.resource, grant.key, { type: 'merge', body: { rules } });
    if (grant === OWN) await untilAggregated(scene, rules);
    await untilInForce(scene, grant);
  }
}

/** A right to nothing. Who asks has the other rights of the role as soon as this one: the API server learns of a role as a whole. */
function markOf(turn: number): Rule {
  return { apiGroups: [''], resources: [`turn-${turn}`], verbs: ['get'] };
}

async function untilInForce(scene: Scene, { key }: Grant): Promise<void> {
  const { namespace = 'default' } = partsOf(key);
  const question = ['auth', 'can-i', 'get', `turn-${turns}`, '--as', OPERATOR, '-n', namespace];
  const isInForce = async () =>
    await scene.cluster.kubectl(question).then(
      () => true,
      () => undefined,
    );
  await scene.until('the rights to be in force', isInForce);
}

async function untilAggregated(scene: Scene, rules: readonly Rule[]): Promise<void> {
  await scene.until('the rights to be gathered', async () => {
    const whole = await scene.get(ClusterRoles, 'xos-operator');
    return isDeepStrictEqual(whole?.rules, rules) ? true : undefined;
  });
}

function rulesOf({ resource, key, file }: Grant): readonly Rule[] {
  const documents = parseAllDocuments(readFileSync(join(checkout, 'config', file), 'utf8'));
  const roles = documents.map((document) => document.toJS() as Role);
  const { name } = partsOf(key);
  const role = roles.find(({ kind, metadata }) => kind === resource.kind && metadata.name === name);
  if (role === undefined) throw new Error(`config/${file} has no ${resource.kind} ${name}.`);
  return role.rules;
}

function singly({ apiGroups, resources, verbs }: Rule): Right[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((plural) => verbs.map((verb) => ({ verb, resource: named(group, plural) }))),
  );
}

/** The same rule, with a rule for each resource that keeps a verb. */
function without(rule: Rule, isTaken: (right: Right) => boolean): Rule[] {
  return rule.apiGroups.flatMap((group) =>
    rule.resources
      .map((plural) => ({
        ...rule,
        apiGroups: [group],
        resources: [plural],
        verbs: rule.verbs.filter((verb) => !isTaken({ verb, resource: named(group, plural) })),
      }))
      .filter(({ verbs }) => verbs.length > 0),
  );
}
