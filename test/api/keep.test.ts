/** What is kept of an object in memory: enough to decide by, and no secret of an annotation. */
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { Deployments, type Pod, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { keepDeclared, keepWhole } from '../../src/api/keep.ts';
import { controllerOf, groupOf, keyIn, keyOf, partsOf, refersTo } from '../../src/api/meta.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import {
  aDeployment,
  anAccount,
  anInstance,
  aPod,
  aSlice,
  controlledBy,
  type Placed,
  RUNNING,
} from '../support/objects.ts';

const kept = ([resource, object]: Placed): KubeObject => resource.keep?.(object) ?? keepWhole(object);
const noise: Partial<ObjectMeta> = {
  annotations: {
    'kubectl.kubernetes.io/last-applied-configuration': 'the whole manifest',
    'meta.helm.sh/release-name': 'shop',
    big: 'x'.repeat(250_000),
  },
  labels: { app: 'web' },
  managedFields: [
    { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:secret': {} } } },
    { manager: 'xos-operator', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
  ],
};

test('of a foreign pod stay identity, place, images, state, and the marks of tools', () => {
  const status = {
    ...RUNNING,
    qosClass: 'BestEffort',
    conditions: [...RUNNING.conditions, { type: 'Initialized', status: 'True' }],
  };
  const container = { name: 'main', image: 'a', env: [{ name: 'PASSWORD', value: 'secret' }] };
  const spec = { containers: [container], initContainers: [{ ...container, name: 'init' }], volumes: [] };
  const object = kept(aPod({ metadata: noise, spec, status }));
  expect(object).toMatchObject({
    metadata: { name: 'pod', labels: { app: 'web' }, annotations: { 'meta.helm.sh/release-name': 'shop' } },
    spec: { nodeName: 'node', containers: [{ name: 'main', image: 'a' }], initContainers: [{ name: 'init' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  expect(JSON.stringify(object)).not.toMatch(/secret|PASSWORD|whole manifest|xxx|qosClass|Initialized|volumes/);
});

test('of a foreign pod stay the ConfigMaps and Secrets that it mounts, and where, and no other volume', () => {
  const volumes = [
    { name: 'config', configMap: { name: 'settings', items: [{ key: 'k', path: 'p' }] } },
    { name: 'keys', secret: { secretName: 'keys', optional: true } },
    { name: 'scratch', emptyDir: {} },
  ];
  const volumeMounts = [
    { name: 'config', mountPath: '/etc/app', subPath: 'one', readOnly: true },
    { name: 'config', mountPath: '/by/name', subPathExpr: '$(POD)' },
    { name: 'scratch', mountPath: '/tmp' },
  ];
  const { spec } = kept(
    aPod({ metadata: noise, spec: { volumes, containers: [{ name: 'main', volumeMounts }] } }),
  ) as Pod;
  expect(spec.volumes).toEqual([
    { name: 'config', configMap: { name: 'settings' } },
    { name: 'keys', secret: { secretName: 'keys' } },
  ]);
  expect(spec.containers).toEqual([
    { name: 'main', volumeMounts: [{ name: 'config', mountPath: '/etc/app', subPath: 'one' }] },
  ]);
});

test('a foreign account and a foreign workload are cut too', () => {
  const deployment = aDeployment({
    metadata: noise,
    spec: { replicas: 2, template: { spec: {} } },
    status: { replicas: 2, collisionCount: 1 },
  });
  expect(kept(deployment)).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 } });
  expect(JSON.stringify(kept(deployment))).not.toMatch(/template|collisionCount|xxx/);
  expect(JSON.stringify(kept(anAccount({ metadata: noise })))).not.toMatch(/xxx|whole manifest/);
});

test.each<[string, Placed]>([
  ['pod', aPod({ metadata: { ...noise, ownerReferences: [controlledBy(anInstance())] }, spec: { dnsPolicy: 'None' } })],
  [
    'Deployment',
    aDeployment({ metadata: { ...noise, ownerReferences: [controlledBy(aSlice())] }, spec: { dnsPolicy: 'None' } }),
  ],
])('of our own %s everything stays but the copy of the manifest and the fields of others', (_name, placed) => {
  expect(kept(placed)).toMatchObject({
    spec: { dnsPolicy: 'None' },
    metadata: {
      annotations: { big: expect.any(String) as string },
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }, noise.managedFields?.[1]],
    },
  });
  expect(JSON.stringify(kept(placed))).not.toMatch(/whole manifest|f:secret/);
});

test('an object without annotations and managedFields gets none', () => {
  for (const placed of [aPod(), aDeployment(), anAccount(), aSlice()])
    expect(Object.keys(kept(placed).metadata).toSorted()).toEqual(['name', 'namespace']);
});

test('a key and its parts are each other’s inverse', () => {
  for (const meta of [{ name: 'a' }, { name: 'a', namespace: 'n' }]) expect(partsOf(keyOf(meta))).toEqual(meta);
  expect([keyIn(undefined, 'a'), keyIn('n', 'a')]).toEqual(['a', 'n/a']);
});

test('an owner is known by kind and group, in whatever version it was written', () => {
  const reference = { ...controlledBy(aDeployment()), apiVersion: 'apps/v9' };
  expect([refersTo(reference, Deployments), refersTo(reference, Pods), groupOf({ apiVersion: 'v1' })]).toEqual([
    true,
    false,
    '',
  ]);
  const [, pod] = aPod({ metadata: { ownerReferences: [{ ...reference, controller: false }, reference] } });
  expect([controllerOf(pod), controllerOf(anAccount()[1])]).toEqual([reference, undefined]);
  expect(refersTo({ ...reference, apiVersion: 'v1', kind: 'ServiceAccount' }, ServiceAccounts)).toBe(true);
});

describe('of what somebody else keeps in ConfigMaps and Secrets', () => {
  const theirs = (kind: string) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'theirs', namespace: 'ns', annotations: { note: 'hush' } },
    data: { key: 'hush', ['__proto__']: 'hush' },
  });
  const ours = (kind: string) => ({
    ...theirs(kind),
    metadata: {
      name: 'ours',
      namespace: 'ns',
      ownerReferences: [
        { apiVersion: 'xos.opencord.org/v1alpha1', kind: `Xos${kind}`, name: 'ours', uid: '1', controller: true },
      ],
    },
  });

  test('no value is kept, only the names of the entries', () => {
    for (const stored of [Secrets.keep?.(theirs('Secret')), ConfigMaps.keep?.(theirs('ConfigMap'))]) {
      expect(JSON.stringify(stored)).not.toContain('hush');
      expect(Object.keys(stored?.data ?? {})).toEqual(['key', '__proto__']);
    }
  });

  test('what is ours is kept whole, because drift is seen by it', () => {
    expect(Secrets.keep?.(ours('Secret')).data).toMatchObject({ key: 'hush' });
    expect(ConfigMaps.keep?.(ours('ConfigMap')).data).toMatchObject({ key: 'hush' });
  });
});

describe('of a custom resource', () => {
  const entries = () => [
    { manager: 'xos-operator', operation: 'Update', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': {} } },
    { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:xosManaged': {}, 'f:resourceName': {} } } },
  ];
  const instance = (xosManaged: boolean) =>
    keepDeclared({
      apiVersion: 'xos.opencord.org/v1alpha1',
      kind: 'XosServiceInstance',
      metadata: { name: 'web', labels: { app: 'web' }, managedFields: entries() },
      spec: { xosManaged, sliceRef: { name: 'web.deployment' } },
    });

  test('of a mirror it is not kept which fields we wrote, but who else wrote xosManaged', () => {
    expect(instance(false).metadata.managedFields).toEqual([
      { manager: 'xos-operator', operation: 'Update', time: '2026-01-01T00:00:00Z' },
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:xosManaged': {} } } },
    ]);
  });

  test('of a declared one it is kept: what refers to the original of a mirror is told by that', () => {
    expect(instance(true).metadata.managedFields?.[0]?.fieldsV1).toEqual({ 'f:spec': {} });
  });

  test('mirrors share what they have in common; declared ones do not', () => {
    expect(instance(false).spec.sliceRef).toBe(instance(false).spec.sliceRef);
    expect(instance(false).metadata.labels).toBe(instance(false).metadata.labels);
    expect(instance(true).spec.sliceRef).not.toBe(instance(true).spec.sliceRef);
  });
});
