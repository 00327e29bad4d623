/** Writes the operator's rights as roles: config/rbac/role.yaml, and those in config/namespaced. */
import { GROUP } from '../../src/api/meta.ts';
import { restrictedRules, type Rule, rulesOfOperator } from './rights.ts';
import { LABELS, yamlFile } from './yaml-file.ts';

const GENERATED = `# Generated from what src/kinds and src/adoption own and look at by \`npm run generate\`. Do not edit.
`;
const HEADER = `${GENERATED}# Who wants a trust domain with objects of other kinds in it to be deleted, or controllers of other kinds to be looked up,
# gives the operator more by a ClusterRole with the label xos.opencord.org/aggregate-to-operator: "true".
`;
const AGGREGATE = { [`${GROUP}/aggregate-to-operator`]: 'true' };

const API_VERSION = 'rbac.authorization.k8s.io/v1';

/** config/rbac/role.yaml */
export async function roleFile(): Promise<string> {
  const whole = {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name: 'xos-operator', labels: LABELS },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: AGGREGATE }] },
  };
  const own = {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name: 'xos-operator-own', labels: { ...LABELS, ...AGGREGATE } },
    rules: rulesOfOperator(),
  };
  return await yamlFile(HEADER, [whole, own]);
}

/** config/namespaced: of the operator in the cluster, and in each namespace. */
export async function restrictedRoleFiles(): Promise<{ readonly cluster: string; readonly namespace: string }> {
  const { cluster, namespace } = restrictedRules();
  const role = (kind: string, name: string, rules: readonly Rule[]) => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name, labels: LABELS },
    rules,
  });
  return {
    cluster: await yamlFile(GENERATED, [role('ClusterRole', 'xos-operator-restricted', cluster)]),
    namespace: await yamlFile(GENERATED, [role('Role', 'xos-operator', namespace)]),
  };
}
