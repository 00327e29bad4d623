/** What the suites about XosResourceInstance share: a namespace with a principal, and what it may do. */
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { managed, namespace, xos } from './samples.ts';

export type ConfigMap = KubeObject & { data?: Record<string, string> };

export const ConfigMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
export const OWNER_UID = 'xos.opencord.org/owner-uid';

export function configMap(name: string, data: object = { a: '1' }, ns?: string): KubeObject & { data: object } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(ns !== undefined && { namespace: ns }) }, data };
}

/** An XosResourceInstance with a principal of the name of its namespace. */
export function resourceInstance(ns: string, name: string, spec: object): KubeObject & { spec: object } {
  return xos('XosResourceInstance', name, { principalRef: { name: ns }, ...spec }, ns);
}

/** The namespace and the principal, which may do nothing yet. */
export function tenant(ns: string): object[] {
  return [namespace(ns), managed('XosPrincipal', ns, {}, ns)];
}

const RBAC = 'rbac.authorization.k8s.io';
const EVERYTHING = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

export interface Rights {
  name: string;
  resources: string[];
  verbs?: string[];
  /** Where the rights hold; without it in the whole cluster. */
  where?: string;
  /** Who has them, in place of the principal. */
  subject?: object;
}

/** Gives the principal of a namespace rights to resources of any group. */
export function rights(ns: string, { name, resources, verbs = EVERYTHING, where, subject }: Rights): object[] {
  const metadata = { name, ...(where !== undefined && { namespace: where }) };
  const kind = where === undefined ? 'ClusterRole' : 'Role';
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata, rules: [{ apiGroups: ['*'], resources, verbs }] },
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [subject ?? { kind: 'ServiceAccount', name: ns, namespace: ns }],
    },
  ];
}
