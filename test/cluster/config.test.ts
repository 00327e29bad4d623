/** Config maps, secrets and their mounts: what is declared reaches the files of pods, and no value reaches anything else. */
import { ConfigMaps, type Secret, Secrets } from '../../src/api/data.ts';
import { type Pod, Pods, Deployments } from '../../src/api/core.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosConfigMapVolumeMounts } from '../../src/api/generated/xosconfigmapvolumemounts.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosSecretVolumeMounts } from '../../src/api/generated/xossecretvolumemounts.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { managed, namespace, pod } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'config';
const configMap = (name: string, spec: object) => managed('XosConfigMap', name, spec, NS);
const secret = (name: string, spec: object) => managed('XosSecret', name, spec, NS);
const mount = (name: string, on: object, spec: object) =>
  managed('XosConfigMapVolumeMount', name, { mountPath: `/etc/${name}`, ...on, ...spec }, NS);

describe('config maps, secrets and mounts', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const untilData = async (name: string, data: object) =>
    await scene.until(`ConfigMap ${name} to hold ${JSON.stringify(data)}`, async () => {
      const live = await scene.get(ConfigMaps, `${NS}/${name}`);
      return JSON.stringify(live?.data ?? live?.binaryData) === JSON.stringify(data) ? live : undefined;
    });
  const untilSays = async (resource: Resource, name: string, reason: string, message: RegExp) =>
    await scene.untilSays(resource, `${NS}/${name}`, reason, message);

  test('a config map is created, follows every change, also a removed key and another form, and goes', async () => {
    const mark = scene.audit.mark();
    await scene.apply(configMap('app', { data: { a: '1', b: '2' } }));
    await untilData('app', { a: '1', b: '2' });
    const ready = await scene.untilReady(XosConfigMaps, `${NS}/app`);
    expect(ready.status).toMatchObject({ entries: 2, keys: ['a', 'b'], resourceRef: { kind: 'ConfigMap' } });
    expect(scene.audit.count(mark)).toMatchObject({ 'patch configmaps 201': 1, 'patch xosconfigmaps/status 200': 1 });

    await scene.apply(configMap('app', { data: { b: '3' } }));
    await untilData('app', { b: '3' });
    await replaceSpec('app', {
      xosManaged: true,
      dataJSON: '{"port": 8080, "big": 12345678901234567890, "on": true, "name": "x"}',
    });
    await untilData('app', { big: '12345678901234567890', name: 'x', on: 'true', port: '8080' });
    await replaceSpec('app', { xosManaged: true, binaryData: { blob: 'AAEC' } });
    await untilData('app', { blob: 'AAEC' });

    await scene.kubectl('patch', 'configmap', '-n', NS, 'app', '--type=merge', '-p', '{"binaryData":{"blob":"AAAA"}}');
    await untilData('app', { blob: 'AAEC' });
    await scene.kubectl('delete', 'configmap', '-n', NS, 'app');
    await untilData('app', { blob: 'AAEC' });
    await scene.kubectl('delete', 'xcm', '-n', NS, 'app');
    await scene.untilGone(ConfigMaps, `${NS}/app`);
  });

  /** Replaces the whole spec, so that fields that are left out go. */
  const replaceSpec = async (name: string, spec: object) => {
    const patch = JSON.stringify([{ op: 'replace', path: '/spec', value: spec }]);
    await scene.kubectl('patch', 'xcm', '-n', NS, name, '--type=json', '-p', patch);
  };

  test('an immutable one is replaced when its data changes, and says so', async () => {
    await scene.apply(configMap('fixed', { data: { a: '1' }, immutable: true }));
    const before = await untilData('fixed', { a: '1' });
    await scene.apply(configMap('fixed', { data: { a: '2' }, immutable: true }));
    const after = await untilData('fixed', { a: '2' });
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    await scene.until('the Event that says so', async () => {
      const told = await scene.kubectl(
        'get',
        'events.events.k8s.io',
        '-n',
        NS,
        '-o',
        'jsonpath={range .items[*]}{.reason} {.note}{"\\n"}{end}',
      );
      return /Replaced Replaces ConfigMap config\/fixed/.test(told) ? true : undefined;
    });
    await scene.apply(configMap('fixed', { data: { a: '2' } }));
    await scene.until('it to be mutable', async () =>
      (await scene.get(ConfigMaps, `${NS}/fixed`))?.immutable === undefined ? true : undefined,
    );
  });

  test('bad data is told by its position, and what is there stays as it was', async () => {
    await scene.apply(configMap('bad', { dataJSON: '{"a": "1"}' }));
    await untilData('bad', { a: '1' });
    await scene.apply(configMap('bad', { dataJSON: '{"a": hush}' }));
    const said = await untilSays(XosConfigMaps, 'bad', 'InvalidSpec', /line 1, column 7/);
    expect(said.message).not.toContain('hush');
    expect((await scene.get(ConfigMaps, `${NS}/bad`))?.data).toEqual({ a: '1' });
  });

  test('a secret is made in each form and type, keeps to its type, and replaces what cannot change', async () => {
    await scene.apply(secret('plain', { stringData: { password: 'one' } }));
    const made = await untilSecret('plain', { password: 'b25l' });
    expect(made.type).toBe('Opaque');
    await scene.apply(secret('tls', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x' } }));
    await untilSays(XosSecrets, 'tls', 'InvalidSpec', /needs the entry tls\.key/);
    await scene.apply(secret('tls', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': 'x', 'tls.key': 'y' } }));
    await untilSecret('tls', { 'tls.crt': 'eA==', 'tls.key': 'eQ==' });
    await scene.apply(secret('plain', { type: 'team/own', stringData: { password: 'one' } }));
    await scene.until('the other type', async () => {
      const live = await scene.get(Secrets, `${NS}/plain`);
      return live?.type === 'team/own' && live.metadata.uid !== made.metadata.uid ? live : undefined;
    });
  });

  const untilSecret = async (name: string, data: object): Promise<Live<Secret>> =>
    await scene.until(`Secret ${name}`, async () => {
      const live = await scene.get(Secrets, `${NS}/${name}`);
      return JSON.stringify(live?.data) === JSON.stringify(data) ? live : undefined;
    });

  test('a Secret that somebody else keeps is only looked at', async () => {
    await scene.apply(secret('other', { secretRef: { name: 'vault' } }));
    await untilSays(XosSecrets, 'other', 'DependencyNotReady', /Secret vault, which does not exist/);
    await scene.kubectl('create', 'secret', 'generic', '-n', NS, 'vault', '--from-literal=key=hush');
    const ready = await scene.untilReady(XosSecrets, `${NS}/other`);
    expect(ready.status).toMatchObject({ keys: ['key'], entries: 1 });
    const before = await scene.get(Secrets, `${NS}/vault`);
    await scene.kubectl('delete', 'xsec', '-n', NS, 'other');
    expect(await scene.get(Secrets, `${NS}/vault`)).toEqual(before);
  });

  test('mounts reach the pod of an instance, two of one source as one volume, and replace it when they change', async () => {
    await scene.apply(
      managed('XosSlice', 'group', {}, NS),
      managed('XosServiceInstance', 'one', { sliceRef: { name: 'group' }, image: 'app:1' }, NS),
    );
    const bare = await untilPod('one', () => true);
    const on = { serviceInstanceRef: { name: 'one' }, configMapRef: { name: 'late' } };
    await scene.apply(mount('a', on, {}), mount('b', on, { subPath: 'k' }));
    await untilSays(XosConfigMapVolumeMounts, 'a', 'DependencyNotReady', /XosConfigMap late, which does not exist/);
    await untilSays(
      XosServiceInstances,
      'one',
      'DependencyNotReady',
      /^XosConfigMapVolumeMount [ab] is not ready: spec.configMapRef names XosConfigMap late, which does not exist/,
    );
    expect((await scene.get(Pods, `${NS}/one`))?.metadata.uid).toBe(bare.metadata.uid);

    await scene.apply(configMap('late', { data: { k: 'v' } }));
    const full = await untilPod('one', ({ metadata }) => metadata.uid !== bare.metadata.uid);
    expect(volumesOf(full)).toEqual(['xos-configmap-late']);
    expect(mountsOf(full)).toEqual(expect.arrayContaining(['/etc/a', '/etc/b']));
    await scene.untilReady(XosConfigMapVolumeMounts, `${NS}/a`);

    await scene.apply(
      managed(
        'XosSecretVolumeMount',
        's',
        { secretRef: { name: 'plain' }, mountPath: '/s', defaultMode: '0400', serviceInstanceRef: { name: 'one' } },
        NS,
      ),
    );
    const secured = await untilPod('one', (live) => mountsOf(live).includes('/s'));
    expect(secured.spec).toMatchObject({
      volumes: expect.arrayContaining([
        expect.objectContaining({ secret: { secretName: 'plain', defaultMode: 0o400 } }),
      ]) as unknown,
    });
    await scene.untilReady(XosSecretVolumeMounts, `${NS}/s`);
    await scene.kubectl('delete', 'xsm,xcmm', '-n', NS, 's', 'b', '--ignore-not-found');
    await untilPod('one', (live) => JSON.stringify(mountsOf(live)) === '["/etc/a"]');
  });

  const untilPod = async (name: string, fits: (pod: Live<Pod>) => boolean) =>
    await scene.until(`Pod ${name}`, async () => {
      const live = await scene.get(Pods, `${NS}/${name}`);
      return live !== undefined && live.metadata.deletionTimestamp === undefined && fits(live) ? live : undefined;
    });

  test('a path that is taken is refused on the later mount, and the pod keeps running as it was', async () => {
    const before = await untilPod('one', () => true);
    await scene.apply(
      mount('later', { serviceInstanceRef: { name: 'one' }, configMapRef: { name: 'late' } }, { mountPath: '/etc/a/' }),
    );
    await untilSays(
      XosConfigMapVolumeMounts,
      'later',
      'InvalidSpec',
      /\/etc\/a is taken in that pod by XosConfigMapVolumeMount a, which is older/,
    );
    expect((await scene.get(Pods, `${NS}/one`))?.metadata.uid).toBe(before.metadata.uid);
    await scene.kubectl('delete', 'xcmm', '-n', NS, 'a');
    await scene.untilReady(XosConfigMapVolumeMounts, `${NS}/later`);
  });

  test('with OnDelete the pod waits, and says so', async () => {
    await scene.apply(
      managed(
        'XosServiceInstance',
        'slow',
        { sliceRef: { name: 'group' }, image: 'app:1', updateStrategy: 'OnDelete' },
        NS,
      ),
    );
    const before = await untilPod('slow', () => true);
    await scene.untilReady(XosServiceInstances, `${NS}/slow`);
    await scene.apply(mount('c', { serviceInstanceRef: { name: 'slow' }, configMapRef: { name: 'late' } }, {}));
    await untilSays(XosServiceInstances, 'slow', 'Progressing', /OnDelete: delete the pod/);
    await untilSays(XosConfigMapVolumeMounts, 'c', 'Progressing', /instances slow do not have \/etc\/c yet/);
    await scene.kubectl('delete', 'pod', '-n', NS, 'slow');
    const after = await untilPod('slow', ({ metadata }) => metadata.uid !== before.metadata.uid);
    expect(mountsOf(after)).toEqual(['/etc/c']);
    await scene.untilReady(XosConfigMapVolumeMounts, `${NS}/c`);
  });

  test('a mount on a slice rolls its controller and reaches its instances', async () => {
    await scene.apply(managed('XosSlice', 'web', { controllerKind: 'Deployment', image: 'app:1', replicas: 1 }, NS));
    await scene.untilReady(XosSlices, `${NS}/web`);
    await scene.apply(
      managed('XosServiceInstance', 'extra', { sliceRef: { name: 'web' }, image: 'app:1' }, NS),
      mount('m', { sliceRef: { name: 'web' }, configMapRef: { name: 'late' } }, {}),
    );
    await scene.until('the Deployment to have it', async () =>
      JSON.stringify((await scene.get(Deployments, `${NS}/web`))?.spec ?? {}).includes('/etc/m') ? true : undefined,
    );
    await untilPod('extra', (live) => mountsOf(live).includes('/etc/m'));
    await scene.untilReady(XosConfigMapVolumeMounts, `${NS}/m`);
    await scene.untilReady(XosSlices, `${NS}/web`);
  });

  test('nothing is mounted into what somebody else runs, and no ConfigMap of somebody else is shown as ours', async () => {
    await scene.apply({ ...managed('XosKubernetesService', 'kubernetes', {}), spec: {} });
    await scene.apply(pod(NS, 'foreign'));
    await scene.untilReady(XosServiceInstances, `${NS}/foreign`, 'Observed');
    const before = await scene.get(Pods, `${NS}/foreign`);
    await scene.apply(mount('no', { serviceInstanceRef: { name: 'foreign' }, configMapRef: { name: 'late' } }, {}));
    await untilSays(XosConfigMapVolumeMounts, 'no', 'InvalidSpec', /mirror of what somebody else runs/);
    expect((await scene.get(Pods, `${NS}/foreign`))?.metadata.uid).toBe(before?.metadata.uid);

    await scene.kubectl('create', 'configmap', '-n', NS, 'taken', '--from-literal=a=theirs');
    const theirs = await scene.get(ConfigMaps, `${NS}/taken`);
    await scene.apply(configMap('taken', { data: { a: 'ours' } }));
    await untilSays(XosConfigMaps, 'taken', 'NameConflict', /belongs to somebody else/);
    await scene.apply(mount('t', { serviceInstanceRef: { name: 'slow' }, configMapRef: { name: 'taken' } }, {}));
    await untilSays(
      XosConfigMapVolumeMounts,
      't',
      'DependencyNotReady',
      /XosConfigMap taken is not ready: ConfigMap taken exists already/,
    );
    expect(await scene.get(ConfigMaps, `${NS}/taken`)).toEqual(theirs);
    await scene.kubectl('delete', 'configmap', '-n', NS, 'taken');
    await untilData('taken', { a: 'ours' });
  });

  test('a pod that was evicted is replaced, and one that failed again and again ever later', async () => {
    await scene.apply(managed('XosServiceInstance', 'weak', { sliceRef: { name: 'group' }, image: 'app:1' }, NS));
    const first = await untilPod('weak', ({ status }) => status?.phase === 'Running');
    await fail('weak', 'Evicted');
    const second = await untilPod(
      'weak',
      ({ metadata, status }) => metadata.uid !== first.metadata.uid && status?.phase === 'Running',
    );
    await fail('weak', 'Evicted');
    await untilSays(XosServiceInstances, 'weak', 'ProgressingWithRetry', /it failed \(Evicted\)/);
    const third = await untilPod('weak', ({ metadata }) => metadata.uid !== second.metadata.uid);
    expect(third.metadata.uid).not.toBe(first.metadata.uid);
  });

  const fail = async (name: string, why: string) => {
    const status = { phase: 'Failed', reason: why };
    await scene.kubectl(
      'patch',
      'pod',
      '-n',
      NS,
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    );
  };
});

function volumesOf(object: KubeObject): string[] {
  const { spec } = object as KubeObject & { spec: { volumes?: { name: string }[] } };
  return (spec.volumes ?? []).map(({ name }) => name).filter((name) => name.startsWith('xos-'));
}

function mountsOf({ spec }: Pod): string[] {
  return (spec.containers[0]?.volumeMounts ?? [])
    .map(({ mountPath }) => mountPath)
    .filter((path) => !path.startsWith('/var/run'));
}
