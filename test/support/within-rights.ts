/** Whether the operator did only what config/ lets it do, whoever it was started as. */
import type { AuditedRequest } from './audit.ts';
import { DEFAULT, METRICS, named, nameOf, rightsOf } from './role.ts';

/** What everybody may ask about themselves. Source: Kubernetes, "Default roles", system:basic-user. */
const FOR_EVERYBODY = /^create self/;

/**
 * What was asked for without a right, each once. What is done as somebody else needs that one's rights, and not these; who
 * owns an object of a kind that config/rbac does not know is asked for on the chance of it.
 */
export function beyondRights(requests: readonly AuditedRequest[]): string[] {
  const rights = rightsOf([...DEFAULT, ...METRICS]);
  const given = new Set(rights.map(nameOf));
  const known = new Set(rights.map(({ resource }) => resource));
  const needed = requests
    .filter(({ as, resource }) => as === '' && !resource.startsWith('/'))
    .map(({ verb, group, resource }) => ({ verb, resource: named(group, resource) }))
    .filter(({ verb, resource }) => verb !== 'get' || known.has(resource))
    .map(nameOf);
  return [...new Set(needed)].filter((each) => !given.has(each) && !FOR_EVERYBODY.test(each)).toSorted();
}
