/** Config maps, secrets and mounts: one situation, one reason, and what becomes of the children. */
import { Deployments, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosConfigMapVolumeMounts } from '../../src/api/generated/xosconfigmapvolumemounts.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosSecretVolumeMounts } from '../../src/api/generated/xossecretvolumemounts.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { managed } from '../support/samples.ts';
import { controllers, decide, type Placed, viewOf } from '../support/view.ts';

const aged = (object: KubeObject, second: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` },
});
const owned = (resource: Resource, owner: string, fields: object = {}): Placed => {
  const [kind = '', name = ''] = owner.split(' ');
  const reference = {
    apiVersion: 'xos.opencord.org/v1alpha1',
    kind,
    name,
    uid: `${kind}:ns/${name}`,
    controller: true,
  };
  return [
    resource,
    {
      apiVersion: 'v1',
      kind: resource.kind,
      metadata: { name, namespace: 'ns', ownerReferences: [reference] },
      ...fields,
    },
  ];
};
const config = (spec: object, name = 'c'): Placed => [XosConfigMaps, managed('XosConfigMap', name, spec, 'ns')];
const secret = (spec: object): Placed => [XosSecrets, managed('XosSecret', 's', spec, 'ns')];
const foreignSecret: Placed = [
  Secrets,
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'vault', namespace: 'ns' },
    type: 'Opaque',
    data: { b: '', a: '' },
  } as KubeObject,
];
const mount = (name: string, spec: object, second = 0): Placed => [
  XosConfigMapVolumeMounts,
  aged(
    managed('XosConfigMapVolumeMount', name, { configMapRef: { name: 'c' }, mountPath: '/etc/c', ...spec }, 'ns'),
    second,
  ),
];
const onInstance = { serviceInstanceRef: { name: 'i' } };
const onSlice = { sliceRef: { name: 'sl' } };
const slice = (spec: object = {}): Placed => [XosSlices, managed('XosSlice', 'sl', spec, 'ns')];
const instance = (spec: object = {}, name = 'i'): Placed => [
  XosServiceInstances,
  managed('XosServiceInstance', name, { sliceRef: { name: 'sl' }, image: 'a', ...spec }, 'ns'),
];
const account: Placed = [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } },
];
const made = owned(ConfigMaps, 'XosConfigMap c');
const world: Placed[] = [slice(), instance(), account, config({ data: {} }), made];
const podWith = (...paths: string[]): Placed =>
  owned(Pods, 'XosServiceInstance i', {
    spec: { containers: [{ name: 'main', volumeMounts: paths.map((mountPath) => ({ name: 'v', mountPath })) }] },
  });

const controllerWith = (mountPath: string): Placed =>
  owned(Deployments, 'XosSlice sl', {
    apiVersion: 'apps/v1',
    spec: { template: { spec: { containers: [{ name: 'main', volumeMounts: [{ name: 'v', mountPath }] }] } } },
  });

interface Case {
  name: string;
  resource: Resource;
  key: string;
  objects: Placed[];
  reason: string;
  says?: RegExp;
  /** Undefined: they are left alone. */
  children?: number;
}

const CASES: Case[] = [
  {
    name: 'a config map is made',
    resource: XosConfigMaps,
    key: 'ns/c',
    objects: [config({ data: { a: '1' } })],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'and ready when it is there',
    resource: XosConfigMaps,
    key: 'ns/c',
    objects: [config({ data: { a: '1' } }), made],
    reason: 'Reconciled',
    children: 1,
  },
  {
    name: 'bad JSON leaves what is there alone',
    resource: XosConfigMaps,
    key: 'ns/c',
    objects: [config({ dataJSON: '{' }), made],
    reason: 'InvalidSpec',
    says: /line 1, column 2/,
  },
  {
    name: 'bad base64 too',
    resource: XosConfigMaps,
    key: 'ns/c',
    objects: [config({ binaryData: { a: '!' } })],
    reason: 'InvalidSpec',
    says: /Entry 1 of spec.binaryData/,
  },
  {
    name: 'and what is too large',
    resource: XosConfigMaps,
    key: 'ns/c',
    objects: [config({ data: { a: 'x'.repeat(1_048_577) } })],
    reason: 'InvalidSpec',
    says: /1 MiB/,
  },
  {
    name: 'a secret is made',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ stringData: { a: '1' } })],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'from JSON',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ dataJSON: '{"a": 1}' }), owned(Secrets, 'XosSecret s')],
    reason: 'Reconciled',
    children: 1,
  },
  {
    name: 'or base64',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ data: { a: 'AAEC' } })],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'a TLS secret needs its key',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } })],
    reason: 'InvalidSpec',
    says: /tls\.key/,
  },
  {
    name: 'a registry secret its file',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ type: 'kubernetes.io/dockerconfigjson', data: {} })],
    reason: 'InvalidSpec',
    says: /\.dockerconfigjson/,
  },
  {
    name: 'basic authentication one of two',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ type: 'kubernetes.io/basic-auth', data: {} })],
    reason: 'InvalidSpec',
    says: /username and password/,
  },
  {
    name: 'bad data of a secret is told by position',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ data: { a: '?' } })],
    reason: 'InvalidSpec',
    says: /Entry 1/,
  },
  {
    name: 'a secret of somebody else is waited for',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ secretRef: { name: 'vault' } })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'and only looked at',
    resource: XosSecrets,
    key: 'ns/s',
    objects: [secret({ secretRef: { name: 'vault' } }), foreignSecret],
    reason: 'Reconciled',
    children: 0,
  },
  {
    name: 'a mount waits for its instance',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance)],
    reason: 'DependencyNotReady',
    says: /spec.serviceInstanceRef names/,
  },
  {
    name: 'for its slice',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onSlice)],
    reason: 'DependencyNotReady',
    says: /spec.sliceRef names/,
  },
  {
    name: 'for its config map',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance), slice(), instance()],
    reason: 'DependencyNotReady',
    says: /spec.configMapRef names XosConfigMap c/,
  },
  {
    name: 'for the ConfigMap of that',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance), slice(), instance(), config({ data: {} })],
    reason: 'DependencyNotReady',
    says: /XosConfigMap c is not ready/,
  },
  {
    name: 'which must be its own',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [
      mount('m', onInstance),
      slice(),
      instance(),
      config({ data: {} }),
      owned(ConfigMaps, 'XosConfigMap x', { metadata: { name: 'c', namespace: 'ns' } }),
    ],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for the pod',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance), ...world],
    reason: 'Progressing',
    says: /instances i do not have/,
  },
  {
    name: 'and is ready when the pod has the path',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance), ...world, podWith('/etc/c')],
    reason: 'Reconciled',
  },
  {
    name: 'a mount on a slice waits for its instances',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onSlice), ...world, podWith('/x')],
    reason: 'Progressing',
  },
  {
    name: 'a mount on a slice waits for its controller',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [
      mount('m', onSlice),
      slice({ controllerKind: 'Deployment' }),
      config({ data: {} }),
      made,
      controllerWith('/x'),
    ],
    reason: 'Progressing',
    says: /XosSlice sl does not have/,
  },
  {
    name: 'and is ready when that has the path',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [
      mount('m', onSlice),
      slice({ controllerKind: 'Deployment' }),
      config({ data: {} }),
      made,
      controllerWith('/etc/c'),
    ],
    reason: 'Reconciled',
  },
  {
    name: 'a path of an older mount is taken',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('old', onInstance), mount('m', { ...onInstance, mountPath: '/etc//c/' }, 1), ...world],
    reason: 'InvalidSpec',
    says: /by XosConfigMapVolumeMount old, which is older/,
  },
  {
    name: 'also one on the slice',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('old', onSlice), mount('m', onInstance, 1), ...world],
    reason: 'InvalidSpec',
  },
  {
    name: 'and for the slice one on an instance',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('old', onInstance), mount('m', onSlice, 1), ...world],
    reason: 'InvalidSpec',
    says: /XosServiceInstance i:/,
  },
  {
    name: 'a path of the template is taken',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [
      mount('m', onSlice),
      slice({
        template: { spec: { containers: [{ name: 'x', volumeMounts: [{ name: 'v', mountPath: '/etc/c' }] }] } },
      }),
      config({ data: {} }),
      made,
    ],
    reason: 'InvalidSpec',
    says: /XosSlice sl: .*spec.template/,
  },
  {
    name: 'nothing is mounted into a mirror',
    resource: XosConfigMapVolumeMounts,
    key: 'ns/m',
    objects: [mount('m', onInstance), slice(), instance({ xosManaged: false }), config({ data: {} }), made],
    reason: 'InvalidSpec',
    says: /mirror/,
  },
  {
    name: 'an instance waits for its mount',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [mount('m', onInstance), slice(), instance(), account],
    reason: 'DependencyNotReady',
    says: /^XosConfigMapVolumeMount m is not ready: .*XosConfigMap c/,
  },
  {
    name: 'and has it in its pod',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [mount('m', onInstance), ...world],
    reason: 'Progressing',
    children: 1,
  },
];

test.each(CASES)('$name', ({ resource, key, objects, reason, says = /./, children }) => {
  const outcome = decide(resource, key, ...objects);
  expect(outcome?.report?.verdict).toMatchObject({ reason, message: expect.stringMatching(says) as string });
  expect(outcome?.children?.length).toBe(children);
});

const podOf = (...objects: Placed[]): JsonObject =>
  (decide(XosServiceInstances, 'ns/i', ...objects)?.children?.[0]?.object as { spec?: JsonObject } | undefined)?.spec ??
  {};

test('several mounts of one source are one volume; other permissions need another', () => {
  const spec = podOf(
    ...world,
    mount('a', { ...onInstance, mountPath: '/a' }),
    mount('b', { ...onSlice, mountPath: '/b', subPath: 'k' }, 1),
    mount('d', { ...onInstance, mountPath: '/d', defaultMode: '0400' }, 2),
  );
  expect(spec).toMatchObject({
    volumes: [
      { name: 'xos-configmap-c', configMap: { name: 'c' } },
      { name: 'xos-configmap-400-c', configMap: { name: 'c', defaultMode: 0o400 } },
    ],
    containers: [
      {
        volumeMounts: [
          { name: 'xos-configmap-c', mountPath: '/a', readOnly: true },
          { name: 'xos-configmap-c', mountPath: '/b', subPath: 'k', readOnly: true },
          { name: 'xos-configmap-400-c', mountPath: '/d', readOnly: true },
        ],
      },
    ],
  });
});

test('volumes and mounts of the template stay, and every container gets the mounts', () => {
  const template = {
    spec: {
      volumes: [{ name: 'own', emptyDir: {} }],
      containers: [{ name: 'a', volumeMounts: [{ name: 'own', mountPath: '/own' }] }, { name: 'b' }],
      initContainers: [{ name: 'init' }],
    },
  };
  const spec = podOf(
    instance({ template }),
    ...world.filter(([resource]) => resource !== (XosServiceInstances as Resource)),
    mount('m', onInstance),
  );
  expect(spec).toMatchObject({
    volumes: [{ name: 'own' }, { name: 'xos-configmap-c' }],
    containers: [
      { volumeMounts: [{ mountPath: '/own' }, { mountPath: '/etc/c' }] },
      { volumeMounts: [{ mountPath: '/etc/c' }] },
    ],
  });
  expect(spec['initContainers']).toEqual([{ name: 'init', image: 'a' }]);
});

test('a later mount of a taken path changes nothing in the pod', () => {
  const one = [...world, mount('m', onInstance)];
  expect(podOf(...one, mount('later', onInstance, 1))).toEqual(podOf(...one));
});

test('an immutable ConfigMap is replaced for its data, a Secret for its type', () => {
  const frozen = (resource: Resource, key: string, ...objects: Placed[]) =>
    decide(resource, key, ...objects)?.children?.[0]?.frozen;
  expect(frozen(XosConfigMaps, 'ns/c', config({ data: {} }), made)).toEqual([]);
  expect(
    frozen(XosConfigMaps, 'ns/c', config({ data: {} }), owned(ConfigMaps, 'XosConfigMap c', { immutable: true })),
  ).toContain('data');
  expect(frozen(XosSecrets, 'ns/s', secret({ data: {} }), owned(Secrets, 'XosSecret s'))).toEqual(['type']);
  expect(
    frozen(XosSecrets, 'ns/s', secret({ data: {} }), owned(Secrets, 'XosSecret s', { immutable: true })),
  ).toContain('data');
});

test.each<[what: string, changed: Placed, woken: Resource, keys: string[]]>([
  ['a mount', mount('m', onInstance), XosServiceInstances, ['ns/i']],
  ['a mount on a slice', mount('m', onSlice), XosServiceInstances, ['ns/i']],
  ['a mount on a slice', mount('m', onSlice), XosSlices, ['ns/sl']],
  ['a config map', config({ data: {} }), XosServiceInstances, ['ns/i']],
  ['a ConfigMap', made, XosServiceInstances, ['ns/i']],
  ['a ConfigMap', made, XosConfigMapVolumeMounts, ['ns/m']],
  ['an instance', instance(), XosConfigMapVolumeMounts, ['ns/m']],
  ['a pod', podWith('/x'), XosConfigMapVolumeMounts, ['ns/m']],
  ['a mount', mount('n', onInstance), XosConfigMapVolumeMounts, ['ns/m', 'ns/n']],
  ['a foreign Secret', foreignSecret, XosSecrets, ['ns/s']],
])('%s wakes who looks at it', (_what, [resource, object], woken, keys) => {
  const view = viewOf(...world, mount('m', onInstance), secret({ secretRef: { name: 'vault' } }), [resource, object]);
  const found = view.get(resource, `ns/${object.metadata.name}`);
  const sources = controllers.find(({ name }) => name === `${woken.plural}.${woken.group}`)?.sources ?? [];
  const items = sources
    .filter((source) => source.resource === resource)
    .flatMap((source) => (found === undefined ? [] : [...source.wakes(found, view)]));
  expect([...new Set(items)]).toEqual(expect.arrayContaining(keys));
});

test('the names of mounts and volumes of one kind do not meet those of the other', () => {
  const secretMount: Placed = [
    XosSecretVolumeMounts,
    managed('XosSecretVolumeMount', 'x', { secretRef: { name: 's' }, mountPath: '/s', ...onInstance }, 'ns'),
  ];
  const spec = podOf(
    ...world,
    secret({ data: {} }),
    owned(Secrets, 'XosSecret s'),
    secretMount,
    mount('x', onInstance),
  );
  expect(spec['volumes']).toHaveLength(2);
});
