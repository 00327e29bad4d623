/** Users with a client certificate of this cluster, and no rights but the given ones. */
import { readFileSync } from 'node:fs';
import { issue, type KeyPair, type Subject } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { Layout } from './layout.ts';

/** A rule of a ClusterRole, as in rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** Who is minted, and what they may do. */
export interface NewUser {
  /** A DNS label: it also names the role. */
  name: string;
  groups?: readonly string[];
  /** No right at all when absent. */
  rules?: readonly PolicyRule[];
  /** The rules hold in this namespace only; in the whole cluster when absent. */
  namespace?: string;
}

/** Writes a kubeconfig for a user of the cluster in this folder; gives its path. */
export async function writeUser(stateDir: string, server: string, user: Subject): Promise<string> {
  const layout = new Layout(stateDir);
  const authority = readAuthority(layout);
  const file = layout.userKubeconfig(user.commonName);
  writeKubeconfig(file, server, authority.certificate, await issue(authority, user));
  return file;
}

/** The objects that give a user their rights. */
export function rightsOf({ name, rules = [], namespace }: NewUser): object[] {
  const rbac = 'rbac.authorization.k8s.io';
  const apiVersion = `${rbac}/v1`;
  const roleName = `minted-${name}`;
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: roleName }, rules },
    {
      apiVersion,
      kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name: roleName, ...(namespace === undefined ? {} : { namespace }) },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: roleName },
      subjects: [{ apiGroup: rbac, kind: 'User', name }],
    },
  ];
}

function readAuthority(layout: Layout): KeyPair {
  return {
    certificate: readFileSync(layout.inPki('ca.crt'), 'utf8'),
    key: readFileSync(layout.inPki('ca.key'), 'utf8'),
  };
}
