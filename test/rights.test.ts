/** The rights of an operator that is restricted to namespaces: in the cluster none but on our own kinds that have no namespace. */
import { restrictedRules } from '../hack/generate/rights.ts';
import { kinds } from '../src/kinds/index.ts';

const { cluster, namespace } = restrictedRules();
const plurals = (namespaced: boolean) =>
  kinds.filter(({ resource }) => resource.namespaced === namespaced).map(({ resource }) => resource.plural);
const resourcesIn = (rules: typeof cluster) =>
  [...new Set(rules.flatMap(({ resources }) => resources.map((each) => each.split('/')[0] ?? '')))].toSorted();

test('in the cluster it has our own kinds without a namespace, and makes and deletes none of them', () => {
  expect([...new Set(cluster.flatMap(({ apiGroups }) => apiGroups))]).toEqual(['xos.opencord.org']);
  expect(resourcesIn(cluster)).toEqual(plurals(false).toSorted());
  const verbs = (plural: string) => cluster.find(({ resources }) => resources.includes(plural))?.verbs;
  for (const plural of ['xosimages', 'xossites', 'xostrustdomains'])
    expect(verbs(plural)).toEqual(['list', 'watch', 'patch']);
  // A fresh installation starts with one that the operator makes.
  expect(verbs('xoskubernetesservices')).toEqual(['list', 'watch', 'create', 'patch']);
});

test('in a namespace it has what it looks at there, and nothing that is none of it', () => {
  const resources = resourcesIn(namespace);
  expect(resources).toEqual(expect.arrayContaining(['pods', 'deployments', 'secrets', 'events', ...plurals(true)]));
  for (const beyond of ['namespaces', 'nodes', 'leases', 'roles', ...plurals(false)])
    expect(resources).not.toContain(beyond);
  for (const { verbs } of [...cluster, ...namespace]) expect(verbs).not.toContain('*');
});
