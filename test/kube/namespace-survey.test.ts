/** What is in the way of deleting a namespace: everything that neither XOS nor Kubernetes itself put there. */
import type { KubeObject } from '../../src/api/object.ts';
import { foreignAmong } from '../../src/kube/namespace-survey.ts';

function object(kind: string, name: string, owner?: string, extra: object = {}): KubeObject {
  const ownerReferences = owner === undefined ? [] : [{ apiVersion: 'x/v1', kind: 'X', name: owner, uid: owner }];
  const apiVersion = kind.startsWith('Xos') ? 'xos.opencord.org/v1alpha1' : 'v1';
  return { apiVersion, kind, metadata: { name, uid: name, ownerReferences }, ...extra };
}

function marked(name: string, owner: string): KubeObject {
  const annotations = { 'xos.opencord.org/owner-uid': owner };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid: name, annotations } };
}

function endpoints(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, uid: `endpoints of ${name}` } };
}

test.each<{ name: string; objects: KubeObject[]; foreign: string[] }>([
  {
    name: 'an empty namespace has its defaults',
    objects: [object('ServiceAccount', 'default'), object('ConfigMap', 'kube-root-ca.crt'), object('Event', 'e')],
    foreign: [],
  },
  {
    name: 'what XOS declares and what that owns, through others, is ours',
    objects: [
      object('XosSlice', 's'),
      object('Deployment', 'd', 's'),
      object('ReplicaSet', 'r', 'd'),
      object('Pod', 'p', 'r'),
    ],
    foreign: [],
  },
  {
    name: 'anything else is foreign',
    objects: [object('ConfigMap', 'mine'), object('Secret', 'theirs')],
    foreign: ['mine', 'theirs'],
  },
  {
    name: 'what a mirror owns was not made by XOS',
    objects: [object('XosSlice', 's', undefined, { spec: { xosManaged: false } }), object('Pod', 'p', 's')],
    foreign: ['p'],
  },
  {
    name: 'what a resource instance applied is ours, but not a copy of it',
    objects: [
      object('XosResourceInstance', 'x', undefined, { status: { resources: [{ uid: 'cm' }, {}] } }),
      marked('cm', 'x'),
      marked('copy', 'x'),
      marked('gone', 'y'),
    ],
    foreign: ['copy', 'gone'],
  },
  {
    name: 'Endpoints are the shadow of the Service of their name, if it has a selector',
    objects: [
      object('XosService', 's'),
      object('Service', 'ours', 's', { spec: { selector: { app: 'a' } } }),
      endpoints('ours'),
      object('Service', 'by-hand', 's', { spec: {} }),
      endpoints('by-hand'),
      object('Service', 'theirs', undefined, { spec: { selector: { app: 'a' } } }),
      endpoints('theirs'),
      endpoints('alone'),
    ],
    foreign: ['by-hand', 'theirs', 'theirs', 'alone'],
  },
  { name: 'an owner that is not there vouches for nothing', objects: [object('Pod', 'p', 'gone')], foreign: ['p'] },
  {
    name: 'owners in a circle vouch for nothing',
    objects: [object('A', 'a', 'b'), object('B', 'b', 'a')],
    foreign: ['a', 'b'],
  },
])('$name', ({ objects, foreign }) => {
  expect(foreignAmong(objects).map(({ metadata }) => metadata.name)).toEqual(foreign);
});
