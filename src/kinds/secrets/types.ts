/** What the types of Secrets ask for. Source: Kubernetes, "Types of Secret". */
import type { Entries } from '../../shared/entries.ts';

/** The entries that a type needs: all of them, or (`any`) one of them. */
const NEEDS: Readonly<Record<string, { readonly all?: readonly string[]; readonly any?: readonly string[] }>> = {
  'kubernetes.io/tls': { all: ['tls.crt', 'tls.key'] },
  'kubernetes.io/dockerconfigjson': { all: ['.dockerconfigjson'] },
  'kubernetes.io/dockercfg': { all: ['.dockercfg'] },
  'kubernetes.io/ssh-auth': { all: ['ssh-privatekey'] },
  'kubernetes.io/basic-auth': { any: ['username', 'password'] },
};

/** A sentence about what a Secret of this type lacks, or undefined. */
export function flawForType(type: string, entries: Entries): string | undefined {
  const { all = [], any = [] } = NEEDS[type] ?? {};
  const has = (key: string) => Object.hasOwn(entries, key);
  const lacking = all.filter((key) => !has(key));
  if (lacking.length > 0)
    return `A Secret of spec.type ${type} needs the entry ${lacking.join(' and ')}: add it, or change the type.`;
  if (any.length > 0 && !any.some(has))
    return `A Secret of spec.type ${type} needs one of the entries ${any.join(' and ')}: add it, or change the type.`;
  return undefined;
}
