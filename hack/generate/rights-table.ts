/** The table of docs/security.md with what the operator may do, and for what; test/cluster/missing-rights.test.ts takes each away. */
import { adoption } from '../../src/adoption/index.ts';
import { GROUP } from '../../src/api/meta.ts';
import { resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { rulesOfOperator } from './rights.ts';

/** One row for each resource of the roles of config/rbac. */
export function rightsTable(): string {
  const verbs = new Map<string, string[]>();
  for (const { apiGroups, resources, verbs: more } of rulesOfOperator())
    for (const name of resources.map((resource) => nameOf(apiGroups[0] ?? '', resource)))
      verbs.set(name, [...new Set([...(verbs.get(name) ?? []), ...more])]);
  const rows = [...verbs].map(([name, some]) => [name, some.join(', '), purposeOf(name, some)]);
  return [['Resource', 'Verbs', 'What for'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** `statefulsets` of `apps` is `statefulsets.apps`, and `xossites/status` is `xossites.xos.opencord.org/status`. */
function nameOf(group: string, resource: string): string {
  const [plural = '', subresource] = resource.split('/');
  return [group === '' ? plural : `${plural}.${group}`, ...(subresource === undefined ? [] : [subresource])].join('/');
}

function purposeOf(name: string, verbs: readonly string[]): string {
  const makers = kinds.filter(({ owns }) => owns.some((owned) => resourceName(owned) === name));
  const purposes = [
    ...(makers.length > 0 ? [`made by ${makers.map(({ resource }) => resource.kind).join(', ')}`] : []),
    ...(verbs.includes('impersonate') ? ['an XosResourceInstance is applied as its principal'] : []),
    ...(isMirrored(name) ? ['in the inventory'] : []),
    ...(name.includes(`.${GROUP}`) ? ['our own kind'] : []),
    ...(name === 'events.events.k8s.io' ? ['what happened is told'] : []),
    ...(name === 'events' ? ['why a pod cannot be made is asked'] : []),
  ];
  return purposes.length > 0 ? purposes.join('; ') : 'a namespace is deleted only if nothing foreign is in it';
}

function isMirrored(name: string): boolean {
  return adoption.some(({ sources }) =>
    sources.some(({ resource }) => resource.group !== GROUP && resourceName(resource) === name),
  );
}
