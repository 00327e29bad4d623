/** What is mirrored, under which name, and when a mirror has to go. */
import { Deployments, Jobs, Namespaces, Pods, ReplicaSets, ServiceAccounts } from '../../src/api/core.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { managed, xos } from '../support/samples.ts';
import { controllers, live, viewOf } from '../support/view.ts';

type Placed = [Resource, KubeObject];

const service = (adoption: object = {}): Placed => [
  XosKubernetesServices,
  xos('XosKubernetesService', 'k', {
    mode: 'Manage',
    adoption: { enabled: true, granularity: 'Pod', finishedPods: 'Include', ...adoption },
  }),
];
const namespace = (metadata: object = {}): Placed => [
  Namespaces,
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', ...metadata } },
];
const account: Placed = [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } },
];
const owner = (kind: string, name: string, apiVersion = 'apps/v1', uid = `${kind}:ns/${name}`) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
});

function pod(owners: object[] = [], metadata: object = {}, extra: object = {}): Placed {
  const spec = {
    nodeName: 'n',
    serviceAccountName: 'default',
    containers: [{ name: 'c', image: 'registry:5000/team/app:1' }],
    ...extra,
  };
  return [
    Pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns', ownerReferences: owners, ...metadata },
      spec,
    } as KubeObject,
  ];
}

function workload(resource: Resource, name: string, owners: object[] = [], metadata: object = {}): Placed {
  const apiVersion = `${resource.group}/${resource.version}`;
  return [
    resource,
    {
      apiVersion,
      kind: resource.kind,
      metadata: { name, namespace: 'ns', ownerReferences: owners, ...metadata },
    } as KubeObject,
  ];
}

const deployed = [
  pod([owner('ReplicaSet', 'web-1')]),
  workload(ReplicaSets, 'web-1', [owner('Deployment', 'web')]),
  workload(Deployments, 'web'),
];

function decide(controller: string, key: string, ...objects: Placed[]) {
  return controllers.find(({ name }) => name === controller)?.decide(key, viewOf(...objects))?.outcome;
}

const instance = (...objects: Placed[]) => decide('adoption/pods', 'ns/p', ...objects);
const sliceOf = (outcome: ReturnType<typeof instance>) =>
  (outcome?.children?.[0]?.object as { spec?: { sliceRef?: { name: string } } } | undefined)?.spec?.sliceRef?.name;

test.each<{ name: string; objects: Placed[]; slice: string | undefined }>([
  { name: 'a bare pod has no slice', objects: [pod()], slice: undefined },
  { name: 'a static pod has none', objects: [pod([owner('Node', 'n', 'v1')])], slice: undefined },
  { name: 'a pod of a ReplicaSet belongs to its Deployment', objects: deployed, slice: 'web.deployment' },
  {
    name: 'or to the ReplicaSet, if that is on its own',
    objects: [pod([owner('ReplicaSet', 'rs')]), workload(ReplicaSets, 'rs')],
    slice: 'rs.replicaset',
  },
  ...[ReplicaSets, Jobs].map((resource) => ({
    name: `or, where a slice made the ${resource.kind}, to that slice`,
    objects: [
      pod([owner(resource.kind, 'made', `${resource.group}/v1`)]),
      workload(resource, 'made', [owner('XosSlice', 'mine', 'xos.opencord.org/v1alpha1')]),
      [XosSlices, managed('XosSlice', 'mine', { controllerKind: resource.kind }, 'ns')] as Placed,
    ],
    slice: 'mine',
  })),
  {
    name: 'a pod of a Job belongs to its CronJob, also to one that is not seen',
    objects: [pod([owner('Job', 'j', 'batch/v1')]), workload(Jobs, 'j', [owner('Tick', 't', 'x/v1')])],
    slice: 't.tick',
  },
  {
    name: 'a controller that nobody knows is a slice of its kind',
    objects: [pod([owner('EtcdCluster', 'main', 'db/v1')])],
    slice: 'main.etcdcluster',
  },
  {
    name: 'an owner whose UID is another is not used',
    objects: [pod([owner('Deployment', 'web', 'apps/v1', 'lie')]), workload(Deployments, 'web')],
    slice: undefined,
  },
  {
    name: 'an owner that cannot exist is not used',
    objects: [pod([owner('Foo Bar', 'Un_derscore', 'x/v1')])],
    slice: undefined,
  },
  {
    name: 'nor one with an endless UID',
    objects: [pod([owner('Foo', 'foo', 'x/v1', 'u'.repeat(500))])],
    slice: undefined,
  },
  {
    name: 'a label on the controller picks the name',
    objects: [...deployed.slice(0, 2), workload(Deployments, 'web', [], { labels: { xos_slice_name: 'picked' } })],
    slice: 'picked',
  },
  {
    name: 'but not one that cannot be a name',
    objects: [...deployed.slice(0, 2), workload(Deployments, 'web', [], { labels: { xos_slice_name: 'Not_A_Name' } })],
    slice: 'web.deployment',
  },
  {
    name: 'a controller that a managed slice made belongs to that',
    objects: [
      ...deployed.slice(0, 2),
      workload(Deployments, 'web', [owner('XosSlice', 'mine', 'xos.opencord.org/v1alpha1')]),
      [XosSlices, managed('XosSlice', 'mine', {}, 'ns')],
    ],
    slice: 'mine',
  },
  {
    name: 'a name that a managed slice has gets a hash',
    objects: [...deployed, [XosSlices, managed('XosSlice', 'web.deployment', {}, 'ns')]],
    slice: expect.stringMatching(/^web\.deployment-[0-9a-z]{10}$/),
  },
])('$name', ({ objects, slice }) => {
  expect(sliceOf(instance(service(), namespace(), ...objects))).toEqual(slice);
});

test.each<{ name: string; objects: Placed[]; mirrored: boolean }>([
  { name: 'a pod that runs', objects: [service(), namespace(), pod()], mirrored: true },
  { name: 'nothing without a XosKubernetesService', objects: [namespace(), pod()], mirrored: false },
  { name: 'nothing when adoption is off', objects: [service({ enabled: false }), namespace(), pod()], mirrored: false },
  {
    name: 'no pod of ours',
    objects: [service(), namespace(), pod([owner('XosServiceInstance', 'i', 'xos.opencord.org/v1alpha1')])],
    mirrored: false,
  },
  {
    name: 'no pod that is not scheduled yet',
    objects: [service(), namespace(), pod([], {}, { nodeName: undefined })],
    mirrored: false,
  },
  {
    name: 'no pod that opts out',
    objects: [service(), namespace(), pod([], { annotations: { 'xos.opencord.org/adopt': 'false' } })],
    mirrored: false,
  },
  {
    name: 'no pod of a namespace that opts out',
    objects: [service(), namespace({ annotations: { 'xos.opencord.org/adopt': 'false' } }), pod()],
    mirrored: false,
  },
  {
    name: 'no pod of a namespace that is not included',
    objects: [service({ namespaces: { include: ['x*'] } }), namespace(), pod()],
    mirrored: false,
  },
  {
    name: 'no pod of a namespace that is excluded',
    objects: [service({ namespaces: { include: ['n*'], exclude: ['?s'] } }), namespace(), pod()],
    mirrored: false,
  },
  {
    name: 'no pod of a namespace without the label',
    objects: [service({ namespaceSelector: { matchLabels: { a: 'b' } } }), namespace(), pod()],
    mirrored: false,
  },
  {
    name: 'a pod that the selector takes',
    objects: [
      service({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } }),
      namespace(),
      pod([], { labels: { a: 'b' } }),
    ],
    mirrored: true,
  },
  {
    name: 'no pod when only slices are wanted',
    objects: [service({ granularity: 'Slice' }), namespace(), pod()],
    mirrored: false,
  },
  {
    name: 'no pod that is on its way out',
    objects: [service(), namespace(), pod([], { deletionTimestamp: 'now' })],
    mirrored: false,
  },
  {
    name: 'no pod of a namespace that is on its way out',
    objects: [service(), namespace({ deletionTimestamp: 'now' }), pod()],
    mirrored: false,
  },
])('$name is mirrored: $mirrored', ({ objects, mirrored }) => {
  expect(instance(...objects)?.children?.length ?? 0).toBe(mirrored ? 1 : 0);
});

describe('a mirror', () => {
  const reference = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'Pod:ns/p' };
  const mirror = (metadata: object = { ownerReferences: [reference] }, spec: object = {}): Placed => {
    const object = xos('XosServiceInstance', 'p', { xosManaged: false, resourceName: 'p', ...spec }, 'ns');
    return [XosServiceInstances, { ...object, metadata: { ...object.metadata, ...metadata } }];
  };

  test('is left to Kubernetes when its original is gone, for as long as that may take', () => {
    expect(instance(service(), namespace(), mirror())).toMatchObject({ remove: [{}], holdAllMs: 60_000 });
    expect(instance(service(), namespace())).toEqual({ remove: [] });
  });

  test('is left to Kubernetes for good when what it refers to is there, or is of a kind that nobody watches', () => {
    const running = pod(undefined, { name: 'living', uid: 'u' });
    const living = { apiVersion: 'v1', kind: 'Pod', name: 'living', uid: 'u' };
    const other = { apiVersion: 'x.org/v1', kind: 'Rollout', name: 'p', uid: 'r' };
    for (const references of [[living], [other], [reference, living], [reference, other]]) {
      const left = instance(service(), namespace(), mirror({ ownerReferences: references }), running);
      expect([references, left]).toEqual([references, { remove: [] }]);
    }
    const replaced = { ...living, uid: 'before' };
    const overlooked = instance(service(), namespace(), mirror({ ownerReferences: [reference, replaced] }), running);
    expect(overlooked).toMatchObject({ remove: [{}], holdAllMs: 60_000 });
  });

  test('is looked at again when who steers changes, also without its original', () => {
    const { sources } = controllers.find(({ name }) => name === 'adoption/pods') ?? { sources: [] };
    const steering = sources.find(({ resource }) => resource === XosKubernetesServices);
    const view = viewOf(service(), mirror());
    expect([...(steering?.wakes(live(service()[1]), view) ?? [])]).toEqual(['ns/p']);
  });

  test('that is on its way out is in the way of no other', () => {
    const [, going] = mirror({ name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' });
    const left = instance(service(), namespace(), mirror(), [XosServiceInstances, going]);
    expect(left?.remove?.map(({ object }) => object.metadata.name)).toEqual(['p']);
  });

  test('is removed when it mirrors nothing, or is filtered out', () => {
    expect(instance(service(), namespace(), mirror({}))?.remove?.length).toBe(1);
    expect(instance(service({ enabled: false }), namespace(), mirror(), pod())?.remove?.length).toBe(1);
  });

  test('is not removed while nothing steers, and neither removed nor changed while it owns something', () => {
    expect(instance(namespace(), mirror({}))).toBeUndefined();
    const child: Placed = [
      Pods,
      {
        ...pod([{ ...owner('XosServiceInstance', 'p', 'xos.opencord.org/v1alpha1', 'XosServiceInstance:ns/p') }], {
          name: 'child',
        })[1],
      },
    ];
    expect(instance(service(), namespace(), mirror({}), child)).toEqual({});
  });

  test('gets another name where a managed instance has its own', () => {
    const taken: Placed = [XosServiceInstances, managed('XosServiceInstance', 'p', { sliceRef: { name: 's' } }, 'ns')];
    expect(instance(service(), namespace(), pod(), taken)?.children?.[0]?.object.metadata.name).toMatch(
      /^p-[0-9a-z]{10}$/,
    );
  });

  test('waits a moment for a controller that is not seen yet', () => {
    expect(instance(service(), namespace(), pod([owner('ReplicaSet', 'web-1')]))?.holdAllMs).toBeGreaterThan(0);
    expect(instance(service(), namespace(), ...deployed)?.holdAllMs).toBeUndefined();
  });

  test('keeps its slice for a while when the controller has gone and the pod has not: both are being collected', () => {
    const left = pod([owner('ReplicaSet', 'web-1')]);
    const ofSlice = mirror(undefined, { sliceRef: { name: 'web.deployment' } });
    expect(instance(service(), namespace(), left, ofSlice)?.holdAllMs).toBe(30_000);
    expect(instance(service(), namespace(), ...deployed, ofSlice)?.holdAllMs).toBeUndefined();
    expect(instance(service(), namespace(), left, mirror())?.holdAllMs).toBeUndefined();
    expect(instance(service({ enabled: false }), namespace(), left, ofSlice)?.holdAllMs).toBeUndefined();
  });

  test('a new mirror waits a moment for whoever takes the original over, and for nobody else', () => {
    const declared = (spec: object): Placed => [XosServiceInstances, managed('XosServiceInstance', 'p', spec, 'ns')];
    const taken = instance(service(), namespace(), pod(), declared({ adoptionPolicy: 'AdoptIfUnowned' }));
    expect([taken?.children?.length, taken?.holdAllMs]).toEqual([1, 3_000]);
    expect(instance(service(), namespace(), pod(), declared({}))?.holdAllMs).toBeUndefined();
  });
});

test('the slice, the domain, the principal and the image of a pod are mirrored', () => {
  const objects = [service(), namespace(), account, ...deployed];
  expect(decide('adoption/controllers', 'ns/Deployment.apps:web', ...objects)?.children).toMatchObject([
    {
      resource: XosSlices,
      object: {
        metadata: { name: 'web.deployment', ownerReferences: [{ uid: 'Deployment:ns/web' }] },
        spec: { controllerKind: 'Deployment', resourceName: 'web', xosManaged: false },
      },
    },
  ]);
  expect(decide('adoption/controllers', 'ns/ReplicaSet.apps:web-1', ...objects)?.children).toBeUndefined();
  expect(decide('adoption/namespaces', 'ns', ...objects)?.children).toMatchObject([
    { resource: XosTrustDomains, object: { metadata: { name: 'ns' } } },
  ]);
  expect(decide('adoption/serviceaccounts', 'ns/default', ...objects)?.children).toMatchObject([
    { resource: XosPrincipals },
  ]);
});

test('what a slice made that is not there any more gets no mirror, which would have the name of that slice', () => {
  const made = workload(Deployments, 'web', [owner('XosSlice', 'web', 'xos.opencord.org/v1alpha1')], {
    labels: { 'xos.opencord.org/slice': 'web' },
  });
  const objects = [service(), namespace(), ...deployed.slice(0, 2), made];
  const mirrorOf = (...more: Placed[]) => decide('adoption/controllers', 'ns/Deployment.apps:web', ...objects, ...more);
  expect(mirrorOf()?.children).toBeUndefined();
  const another: Placed = [XosSlices, managed('XosSlice', 'web', { controllerKind: 'Deployment' }, 'ns')];
  another[1].metadata.uid = 'another';
  expect(mirrorOf(another)?.children).toBeUndefined();
  const hiding: Placed = [XosSlices, xos('XosSlice', 'web', { xosManaged: false }, 'ns')];
  expect(mirrorOf(hiding)?.children).toHaveLength(1);
});

test('nor does the account of a principal that is not there any more', () => {
  const accountOf = (owners: object[]): Placed => [
    ServiceAccounts,
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'ns', ownerReferences: owners },
    } as KubeObject,
  ];
  const mirrorOf = (...owners: object[]) =>
    decide('adoption/serviceaccounts', 'ns/default', service(), namespace(), pod(), accountOf(owners))?.children;
  expect(mirrorOf()).toHaveLength(1);
  expect(mirrorOf(owner('XosPrincipal', 'default', 'xos.opencord.org/v1alpha1'))).toBeUndefined();
});

test('a slice stays without pods, and a domain that is declared needs no mirror', () => {
  const slice = xos(
    'XosSlice',
    'web.deployment',
    { xosManaged: false, resourceName: 'web', controllerKind: 'Deployment' },
    'ns',
  );
  const there: Placed = [
    XosSlices,
    { ...slice, metadata: { ...slice.metadata, ownerReferences: [owner('Deployment', 'web')] } },
  ];
  expect(
    decide(
      'adoption/controllers',
      'ns/Deployment.apps:web',
      service(),
      namespace(),
      workload(Deployments, 'web'),
      there,
    )?.children?.length,
  ).toBe(1);
  expect(
    decide('adoption/controllers', 'ns/Deployment.apps:web', service(), namespace(), workload(Deployments, 'web'))
      ?.children,
  ).toBeUndefined();
  expect(
    decide('adoption/namespaces', 'ns', service(), namespace(), pod(), [
      XosTrustDomains,
      managed('XosTrustDomain', 'ns', {}),
    ])?.children,
  ).toBeUndefined();
});

test('an image goes when nothing uses it, stays while an imageRef does, and is not mirrored where it is declared', () => {
  const key = (...objects: Placed[]) => {
    const view = viewOf(service(), namespace(), ...objects);
    const controller = controllers.find(({ name }) => name === 'adoption/images');
    const source = controller?.sources.find(({ resource }) => resource === (Pods as Resource));
    const [made] = view.all(Pods);
    return { controller, view, names: made === undefined ? [] : [...(source?.wakes(made, view) ?? [])] };
  };
  const { controller, view, names } = key(pod());
  expect(names).toEqual([expect.stringMatching(/^app-1-[0-9a-z]{10}$/)]);
  const [name = ''] = names;
  expect(controller?.decide(name, view)?.outcome.children).toMatchObject([
    { object: { spec: { image: 'registry:5000/team/app', tag: '1' } } },
  ]);
  const mirror: Placed = [
    XosImages,
    xos('XosImage', name, { xosManaged: false, image: 'registry:5000/team/app', tag: '1' }),
  ];
  expect(decide('adoption/images', name, service(), namespace(), mirror)?.remove?.length).toBe(1);
  expect(
    decide('adoption/images', name, service(), namespace(), mirror, [
      XosSlices,
      managed('XosSlice', 's', { imageRef: { name } }, 'ns'),
    ]),
  ).toBeUndefined();
  const declared: Placed = [XosImages, managed('XosImage', 'mine', { image: 'registry:5000/team/app', tag: '1' })];
  expect(decide('adoption/images', name, service(), namespace(), pod(), declared)?.children).toBeUndefined();
});

test('a controller that opts out takes its pods along, with all that follows from them', () => {
  const out = workload(Deployments, 'web', [], { annotations: { 'xos.opencord.org/adopt': 'false' } });
  const objects = [service(), namespace(), account, ...deployed.slice(0, 2), out];
  expect(instance(...objects)?.children).toBeUndefined();
  expect(decide('adoption/controllers', 'ns/Deployment.apps:web', ...objects)?.children).toBeUndefined();
  expect(decide('adoption/namespaces', 'ns', ...objects)?.children).toBeUndefined();
  expect(decide('adoption/serviceaccounts', 'ns/default', ...objects)?.children).toBeUndefined();
});

test('a pod cannot hide behind a mirror that it names as its controller', () => {
  const hiding = pod([owner('XosServiceInstance', 'm', 'xos.opencord.org/v1alpha1')]);
  const mirror: Placed = [XosServiceInstances, xos('XosServiceInstance', 'm', { xosManaged: false }, 'ns')];
  const real: Placed = [XosServiceInstances, managed('XosServiceInstance', 'm', { sliceRef: { name: 's' } }, 'ns')];
  expect(instance(service(), namespace(), hiding, mirror)?.children?.length).toBe(1);
  expect(instance(service(), namespace(), hiding, real)?.children).toBeUndefined();
  // As of one that is just being released: its own instance is no controller that would have a slice.
  const key = 'ns/XosServiceInstance.xos.opencord.org:m';
  expect(decide('adoption/controllers', key, service(), namespace(), hiding, mirror)?.children ?? []).toEqual([]);
});

test('the mirror of a kind that is not watched stays without pods, and goes when adoption is switched off', () => {
  const slice = xos(
    'XosSlice',
    'main.etcdcluster',
    { xosManaged: false, resourceName: 'main', controllerKind: 'EtcdCluster' },
    'ns',
  );
  const there: Placed = [
    XosSlices,
    { ...slice, metadata: { ...slice.metadata, ownerReferences: [owner('EtcdCluster', 'main', 'db/v1')] } },
  ];
  const key = 'ns/EtcdCluster.db:main';
  expect(decide('adoption/controllers', key, service(), namespace(), there)).toMatchObject({ remove: [] });
  expect(decide('adoption/controllers', key, service({ enabled: false }), namespace(), there)?.remove?.length).toBe(1);
});
