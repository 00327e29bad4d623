/** Following owners: over what is watched and what was asked for, to the end, and never round in circles. */
import { rootOwner, traceable, untraced } from '../../src/adoption/ancestry.ts';
import { StatefulSets } from '../../src/api/core.ts';
import type { KubeObject, OwnerReference } from '../../src/api/object.ts';
import { Ancestors } from '../../src/runtime/ancestor.ts';
import { type Placed, viewOf } from '../support/view.ts';

const ref = (kind: string, name: string, uid = `${kind}-${name}`): OwnerReference => ({
  apiVersion: kind === 'StatefulSet' ? 'apps/v1' : 'db.example.com/v1',
  kind,
  name,
  uid,
  controller: true,
});
const set = ref('StatefulSet', 'store');
const stateful = (above: OwnerReference): Placed => [
  StatefulSets,
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'store', namespace: 'ns', uid: set.uid, ownerReferences: [above] },
  },
];
/** What was found out about an object: it stands below `above`, or below nothing, or may not be read. */
const asked = (of: OwnerReference, above?: OwnerReference | 'Forbidden'): Placed => {
  const { apiVersion, kind, name, uid } = of;
  const found: KubeObject = {
    apiVersion,
    kind,
    metadata: { name, uid, ...(above !== undefined && above !== 'Forbidden' && { ownerReferences: [above] }) },
  };
  const ancestor = { apiVersion: 'v1', kind: 'Ancestor', metadata: { name: uid, uid } };
  return [Ancestors, above === 'Forbidden' ? ancestor : ({ ...ancestor, found } as KubeObject)];
};
const namesOf = (links: readonly { owner: OwnerReference }[]) => links.map(({ owner }) => owner.name);

const main = ref('EtcdCluster', 'main');
const acme = ref('Tenant', 'acme');

test.each([
  { name: 'nobody has asked yet', objects: [stateful(main)], root: 'main', toAsk: ['main'] },
  { name: 'it may not be read', objects: [stateful(main), asked(main, 'Forbidden')], root: 'main', toAsk: [] },
  { name: 'nothing is above it', objects: [stateful(main), asked(main)], root: 'main', toAsk: [] },
  { name: 'one more is above it', objects: [stateful(main), asked(main, acme)], root: 'acme', toAsk: ['acme'] },
  {
    name: 'the chain has an end',
    objects: [stateful(main), asked(main, acme), asked(acme)],
    root: 'acme',
    toAsk: [],
  },
  {
    name: 'it closes a circle',
    objects: [stateful(main), asked(main, acme), asked(acme, main)],
    root: 'acme',
    toAsk: [],
  },
  { name: 'it is its own owner', objects: [stateful(main), asked(main, main)], root: 'main', toAsk: [] },
  {
    name: 'it refers to a watched kind by another UID',
    objects: [asked(main, ref('StatefulSet', 'store', 'lie')), stateful(acme)],
    from: main,
    root: 'store',
    toAsk: [],
  },
  {
    name: 'it has the UID of another object, of which much is known',
    objects: [asked(main, acme)],
    from: ref('EtcdCluster', 'liar', main.uid),
    root: 'liar',
    toAsk: [],
  },
  {
    name: 'a slice of ours is above',
    objects: [stateful({ ...ref('XosSlice', 'mine'), apiVersion: 'xos.opencord.org/v1alpha1' })],
    root: 'mine',
    toAsk: [],
  },
  {
    name: 'it cannot exist',
    objects: [stateful(ref('Etcd Cluster', 'main'))],
    root: 'main',
    toAsk: [],
  },
])('when $name', ({ objects, from = set, root, toAsk }) => {
  const view = viewOf(...objects);
  expect(rootOwner(from, 'ns', view).name).toBe(root);
  expect(namesOf(untraced(from, 'ns', view))).toEqual(toAsk);
});

test('a chain without end is cut', () => {
  const links = Array.from({ length: 20 }, (_, i) => ref('Link', `l${i}`));
  const view = viewOf(...links.slice(0, -1).map((link, i) => asked(link, links[i + 1])));
  const first = links[0] ?? main;
  expect(rootOwner(first, 'ns', view).name).toBe('l7');
  expect(traceable(first, 'ns', view)).toHaveLength(8);
});
