/** The rights of the operator, one by one, and what is left of its roles without some of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
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
const ROLES = [
  { resource: ClusterRoles, file: 'role.yaml', key: 'xos-operator-own' },
  { resource: Roles, file: 'leases.yaml', key: 'xos-system/xos-operator-leases' },
] as const;

/** `deployments` of `apps` is `deployments.apps`, and `deployments/status` of it is `deployments.apps/status`. */
export function named(group: string, plural: string): string {
  const [resource = '', subresource] = plural.split('/');
  const whole = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? whole : `${whole}/${subresource}`;
}

/** Every right that config/rbac gives the operator. */
export function shippedRights(): Right[] {
  return ROLES.flatMap(({ resource, file }) => rulesOf(resource.kind, join('rbac', file))).flatMap(rightsOf);
}

/** What it needs besides where its metrics are for those only whom the API server lets see them. */
export function rightsForMetrics(): Right[] {
  return rulesOf('ClusterRole', join('components', 'metrics-auth', 'rbac.yaml')).flatMap(rightsOf);
}

/** Takes rights away from the installed roles, and gives all others back. */
export async function takeAway(scene: Scene, isTaken: (right: Right) => boolean): Promise<void> {
  for (const { resource, file, key } of ROLES) {
    const rules = rulesOf(resource.kind, join('rbac', file)).flatMap((rule) => without(rule, isTaken));
    await scene.client.patch(resource, key, { type: 'merge', body: { rules } });
    if (resource === ClusterRoles) await untilAggregated(scene, rules);
  }
}

async function untilAggregated(scene: Scene, rules: readonly Rule[]): Promise<void> {
  await scene.until('the rights to be gathered', async () => {
    const whole = await scene.get(ClusterRoles, 'xos-operator');
    return isDeepStrictEqual(whole?.rules, rules) ? true : undefined;
  });
}

function rulesOf(kind: string, file: string): readonly Rule[] {
  const documents = parseAllDocuments(readFileSync(join(checkout, 'config', file), 'utf8'));
  const roles = documents.map((document) => document.toJS() as Partial<Role>);
  return (
    roles
      .filter((role) => role.kind === kind)
      .flatMap(({ rules = [] }) => rules)
      // What is left are paths such as /metrics.
      .filter((rule) => 'resources' in rule)
  );
}

function rightsOf({ apiGroups, resources, verbs }: Rule): Right[] {
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
