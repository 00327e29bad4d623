/** The roles for people in config/rbac: what each has of our kinds. What they may really do is in test/cluster/amplification.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kinds } from '../src/kinds/index.ts';

interface Role {
  metadata: { name: string; labels: Record<string, string> };
  rules: { resources: string[]; verbs: string[] }[];
}

const file = join(__dirname, '..', 'config', 'rbac', 'people.yaml');
const roles = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Role);
const SECRET = ['xosresourceinstances', 'xossecrets'];
const plurals = (isWanted: (namespaced: boolean) => boolean) =>
  kinds.filter(({ resource }) => isWanted(resource.namespaced)).map(({ resource }) => resource.plural);

test.each([
  ['view', plurals(() => true).filter((plural) => !SECRET.includes(plural)), ['get', 'list', 'watch']],
  [
    'edit',
    plurals((namespaced) => namespaced),
    ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  ],
  [
    'admin',
    plurals((namespaced) => !namespaced),
    ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  ],
])('%s has just these kinds', (name, expected, verbs) => {
  const role = roles.find(({ metadata }) => metadata.name === `xos-${name}`);
  expect(role?.metadata.labels[`rbac.authorization.k8s.io/aggregate-to-${name}`]).toBe('true');
  expect(role?.rules[0]?.resources.toSorted()).toEqual(expected.toSorted());
  expect(role?.rules[0]?.verbs.toSorted()).toEqual(verbs);
});
