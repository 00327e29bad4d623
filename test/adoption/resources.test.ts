/** What is mirrored by choice: which, under which names, and where it is mounted. */
import { Deployments, Namespaces, type Pod, Pods, ReplicaSets } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { Services } from '../../src/api/service.ts';
import type { View } from '../../src/runtime/view.ts';
import { managed, xos } from '../support/samples.ts';
import { controllers, type Placed, viewOf } from '../support/view.ts';

const ALL = ['Services', 'ConfigMaps', 'Secrets'];
const base = (resources: string[] = ALL): Placed[] => [
  [
    XosKubernetesServices,
    xos('XosKubernetesService', 'k', {
      mode: 'Manage',
      adoption: { enabled: true, granularity: 'Pod', finishedPods: 'Include', resources },
    }),
  ],
  [Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } }],
];
const core = (kind: string, name: string, more: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'ns', ...metadata },
  ...more,
});
const decide = (controller: string, key: string, ...objects: Placed[]) =>
  controllers.find(({ name }) => name === controller)?.decide(key, viewOf(...objects))?.outcome;
const inShort = (outcome: ReturnType<typeof decide>) =>
  (outcome?.children ?? []).map(({ resource, object }) => `${resource.kind} ${object.metadata.name}`);

describe('a Service', () => {
  const web = (spec: object = {}, metadata: object = {}): Placed => [
    Services,
    core('Service', 'web', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }], ...spec } }, metadata),
  ];
  const ours = { apiVersion: 'xos.opencord.org/v1alpha1', kind: 'XosService', name: 'web', uid: 'u', controller: true };

  test.each<{ name: string; objects: Placed[]; found: string[] }>([
    { name: 'with its ports', objects: [...base(), web()], found: ['XosService web', 'XosServicePort web.80-tcp'] },
    {
      name: 'whose ports have names',
      objects: [
        ...base(),
        web({
          ports: [
            { name: 'http', port: 80 },
            { name: 'dns', port: 53, protocol: 'UDP' },
          ],
        }),
      ],
      found: ['XosService web', 'XosServicePort web.http', 'XosServicePort web.dns'],
    },
    { name: 'that nobody chose', objects: [...base(['Secrets']), web()], found: [] },
    { name: 'that is a name in DNS', objects: [...base(), web({ type: 'ExternalName' })], found: [] },
    {
      name: 'that opts out',
      objects: [...base(), web({}, { annotations: { 'xos.opencord.org/adopt': 'false' } })],
      found: [],
    },
    { name: 'that is ours', objects: [...base(), web({}, { ownerReferences: [ours] })], found: [] },
    {
      name: 'that is declared',
      objects: [...base(), web(), [XosServices, managed('XosService', 'web', {}, 'ns')]],
      found: [],
    },
    {
      name: 'whose name is taken',
      objects: [...base(), web(), [XosServices, managed('XosService', 'web', { resourceName: 'other' }, 'ns')]],
      found: [
        expect.stringMatching(/^XosService web-\w{10}$/) as string,
        expect.stringMatching(/^XosServicePort web-\w{10}\.80-tcp$/) as string,
      ],
    },
  ])('$name', ({ objects, found }) => {
    expect(inShort(decide('adoption/services', 'ns/web', ...objects))).toEqual(found);
  });

  test('loses the mirrors of ports that it has no more, and of no other Service', () => {
    const port = (name: string, of: string): Placed => [
      XosServicePorts,
      {
        ...xos('XosServicePort', name, { xosManaged: false, serviceRef: { name: of }, internalPort: 1 }, 'ns'),
        metadata: {
          name,
          namespace: 'ns',
          ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: of, uid: `Service:ns/${of}` }],
        },
      },
    ];
    const outcome = decide('adoption/services', 'ns/web', ...base(), web(), port('web.old', 'web'), port('b.old', 'b'));
    expect(outcome?.remove?.map(({ object }) => object.metadata.name)).toEqual(['web.old']);
  });

  test('is not lost with a custom resource that is a mirror of another one now, and owns it still', () => {
    const owned = web({}, { ownerReferences: [{ ...ours, uid: 'XosService:ns/web' }] });
    const turned: Placed = [XosServices, xos('XosService', 'web', { xosManaged: false, resourceName: 'other' }, 'ns')];
    expect(decide('adoption/services', 'ns/other', ...base(), owned, turned)).toEqual({ remove: [] });
    expect(decide('adoption/services', 'ns/other', ...base(), turned)?.remove?.length).toBe(1);
  });

  test('that is gone takes its ports along, if need be after a minute', () => {
    const reference = { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'Service:ns/web' };
    const port: Placed = [
      XosServicePorts,
      {
        ...xos(
          'XosServicePort',
          'web.80-tcp',
          { xosManaged: false, serviceRef: { name: 'web' }, internalPort: 80 },
          'ns',
        ),
        metadata: { name: 'web.80-tcp', namespace: 'ns', ownerReferences: [reference] },
      },
    ];
    expect(decide('adoption/services', 'ns/web', ...base(), port)).toMatchObject({ remove: [{}], holdAllMs: 60_000 });
  });
});

describe('a ConfigMap that pods mount', () => {
  const settings: Placed = [ConfigMaps, core('ConfigMap', 'settings', { data: { one: '' } })];
  const owner = (kind: string, name: string) => ({
    apiVersion: 'apps/v1',
    kind,
    name,
    uid: `${kind}:ns/${name}`,
    controller: true,
  });
  const pod = (name: string, owners: object[], more: object = {}): Placed => [
    Pods,
    core(
      'Pod',
      name,
      {
        spec: {
          nodeName: 'n',
          volumes: [{ name: 'v', configMap: { name: 'settings' } }],
          containers: [{ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/etc/app' }] }],
          ...more,
        },
      },
      { ownerReferences: owners },
    ),
  ];
  const web: Placed[] = [
    [Deployments, { ...core('Deployment', 'web'), apiVersion: 'apps/v1' }],
    [
      ReplicaSets,
      { ...core('ReplicaSet', 'web-1', {}, { ownerReferences: [owner('Deployment', 'web')] }), apiVersion: 'apps/v1' },
    ],
  ];
  const ofWeb = (name: string, more?: object) => pod(name, [owner('ReplicaSet', 'web-1')], more);
  const mounts = (...objects: Placed[]) =>
    (decide('adoption/configmaps', 'ns/settings', ...base(), settings, ...objects)?.children ?? [])
      .filter(({ resource }) => resource.kind === 'XosConfigMapVolumeMount')
      .map(({ object }) => (object as KubeObject & { spec: object }).spec);
  const at = (mountPath: string, holder: object = { sliceRef: { name: 'web.deployment' } }) => ({
    configMapRef: { name: 'settings' },
    ...holder,
    mountPath,
    xosManaged: false,
  });

  test('has one mount for all pods of a slice', () => {
    expect(mounts(...web, ofWeb('a'), ofWeb('b'))).toEqual([at('/etc/app')]);
  });

  test('has none that nobody mounts, or that only a pod outside of the inventory mounts', () => {
    expect(inShort(decide('adoption/configmaps', 'ns/settings', ...base(), settings))).toEqual([]);
    const left = pod('p', []);
    left[1].metadata.annotations = { 'xos.opencord.org/adopt': 'false' };
    expect(inShort(decide('adoption/configmaps', 'ns/settings', ...base(), settings, left))).toEqual([]);
  });

  test('of a pod without a slice has that of its instance, once there is one', () => {
    const instance: Placed = [
      XosServiceInstances,
      xos('XosServiceInstance', 'p', { xosManaged: false, resourceName: 'p' }, 'ns'),
    ];
    expect(mounts(pod('p', []))).toEqual([]);
    expect(mounts(pod('p', []), instance)).toEqual([at('/etc/app', { serviceInstanceRef: { name: 'p' } })]);
  });

  test('has the mount of its slice while its controller goes before its pods', () => {
    const instance: Placed = [
      XosServiceInstances,
      xos('XosServiceInstance', 'a', { xosManaged: false, sliceRef: { name: 'web.deployment' } }, 'ns'),
    ];
    expect(mounts(...web.slice(1), ofWeb('a'), instance)).toEqual([at('/etc/app')]);
  });

  test('has a mount for each template of a slice, and for each pod whose owner nobody can verify', () => {
    const containers = [{ name: 'c', volumeMounts: [{ name: 'v', mountPath: '/new' }] }];
    expect(mounts(...web, ofWeb('a'), ofWeb('b', { containers }), ofWeb('c'))).toEqual([at('/etc/app'), at('/new')]);
    const lost = ['a', 'b'].map((name): Placed => pod(name, [owner('ReplicaSet', 'none')]));
    const instances = ['a', 'b'].map((name): Placed => [
      XosServiceInstances,
      xos('XosServiceInstance', name, { xosManaged: false }, 'ns'),
    ]);
    const of = (name: string) => at('/etc/app', { serviceInstanceRef: { name } });
    expect(mounts(...lost, ...instances)).toEqual([of('a'), of('b')]);
  });

  test('is looked for in few of many pods that one template made', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => ofWeb(`p${index}`));
    const kept = many.map(([resource, object]): Placed => [resource, Pods.keep?.(object as Pod) ?? object]);
    const view = viewOf(...base(), settings, ...web, ...kept);
    let looks = 0;
    const counting: View = {
      get: (resource, key) => ((looks += 1), view.get(resource, key)),
      by: (index, key) => view.by(index, key),
      each: (index, key) => view.each(index, key),
      count: (index, key) => view.count(index, key),
      all: (resource) => view.all(resource),
    };
    const found = controllers.find(({ name }) => name === 'adoption/configmaps')?.decide('ns/settings', counting);
    expect(found?.outcome.children).toHaveLength(2);
    expect(looks).toBeLessThan(100);
  });

  test('needs no mount for a managed slice, which declares its own', () => {
    const made = owner('XosSlice', 'mine');
    const mine: Placed[] = [
      [XosSlices, managed('XosSlice', 'mine', { controllerKind: 'Deployment' }, 'ns')],
      [
        Deployments,
        {
          ...core('Deployment', 'web', {}, { ownerReferences: [{ ...made, apiVersion: 'xos.opencord.org/v1alpha1' }] }),
          apiVersion: 'apps/v1',
        },
      ],
      ...web.slice(1),
    ];
    expect(mounts(...mine, ofWeb('a'))).toEqual([]);
  });

  test('is left out where a mount could not say it', () => {
    const volumeMounts = [
      { name: 'v', mountPath: 'relative' },
      { name: 'v', mountPath: '/a:b' },
      { name: 'v', mountPath: '/ok', subPath: 'one' },
      { name: 'other', mountPath: '/other' },
    ];
    const initContainers = [{ name: 'i', volumeMounts: [{ name: 'v', mountPath: '/init' }] }];
    expect(mounts(...web, ofWeb('a', { containers: [{ name: 'c', volumeMounts }], initContainers }))).toEqual([
      { ...at('/ok'), subPath: 'one' },
    ]);
  });
});

test('however much there is, a mirror is small', () => {
  const long = (letter: string) => letter.repeat(253);
  const data = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`${index}${long('k')}`.slice(0, 253), '']));
  const secret: Placed = [Secrets, core('Secret', long('s'), { type: 't'.repeat(5_000), data })];
  const spec = { nodeName: 'n', volumes: [{ name: 'v', secret: { secretName: long('s') } }], containers: [] };
  const ports = Array.from({ length: 1_000 }, (_, index) => ({ name: `p${index}`, port: index + 1, nodePort: 30_000 }));
  const front: Placed = [Services, core('Service', 'front', { spec: { type: 'NodePort', ports } })];
  const [ofSecret] =
    decide('adoption/secrets', `ns/${long('s')}`, ...base(), secret, [Pods, core('Pod', 'p', { spec })])?.children ??
    [];
  const [ofService] = decide('adoption/services', 'ns/front', ...base(), front)?.children ?? [];
  // Without conditions, which are less than 1 KB.
  for (const each of [ofSecret, ofService])
    expect(JSON.stringify([each?.object, each?.report?.status]).length).toBeLessThan(3_000);
  expect(ofSecret?.report?.status).toMatchObject({ entries: 64, type: 't'.repeat(253) });
  expect(ofService?.report?.status).toMatchObject({ ports: expect.stringMatching(/^1:30000\/TCP,.* and \d+ more$/) });
});

test('a Secret is mirrored by the names of its entries', () => {
  const secret: Placed = [Secrets, core('Secret', 'keys', { type: 'Opaque', data: { password: '' } })];
  const spec = { nodeName: 'n', volumes: [{ name: 'v', secret: { secretName: 'keys' } }], containers: [] };
  const [child] =
    decide('adoption/secrets', 'ns/keys', ...base(), secret, [Pods, core('Pod', 'p', { spec })])?.children ?? [];
  expect(child?.object).toMatchObject({ kind: 'XosSecret', spec: { resourceName: 'keys', xosManaged: false } });
  expect(child?.report?.status).toMatchObject({ entries: 1, keys: ['password'], type: 'Opaque' });
});
