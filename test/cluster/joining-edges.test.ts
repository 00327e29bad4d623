/** Joining and leaving at their edges: what somebody does half-way, twice, or at the same time as something else. */
import { Deployments, Pods, ReplicaSets } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { Services } from '../../src/api/service.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'edges';
const TAKE_OVER = { adoptionPolicy: 'AdoptIfUnowned' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const configMap = (name: string, data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NS, ...metadata },
  data,
});

describe('at the edges of joining and leaving', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const patch = (kind: string, name: string, spec: object) =>
    scene.kubectl('patch', '-n', NS, kind, name, '--type=merge', '-p', JSON.stringify({ spec }));
  const ownersOf = (object: KubeObject | undefined) =>
    (object?.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);
  const untilOwned = (name: string, by: string) =>
    scene.until(`${name} to be of ${by}`, async () => {
      const live = await scene.get(Deployments, `${NS}/${name}`);
      return ownersOf(live).includes(by) ? live : undefined;
    });
  const typesOf = (object: KubeObject) =>
    ((object as { status?: { conditions?: { type: string }[] } }).status?.conditions ?? []).map(({ type }) => type);

  test('a mirror that takes over something else than it mirrors does not go with what it mirrored, nor take the other along', async () => {
    await scene.apply(deployment(NS, 'old'), deployment(NS, 'new'));
    await scene.untilReady(XosSlices, `${NS}/old.deployment`, 'Observed');
    await patch('xosslice', 'old.deployment', { xosManaged: true, ...TAKE_OVER, resourceName: 'new' });
    await untilOwned('new', 'XosSlice old.deployment');
    const slice = await scene.untilReady(XosSlices, `${NS}/old.deployment`);
    expect(ownersOf(slice)).toEqual([]);
    await scene.kubectl('delete', '-n', NS, 'deployment', 'old');
    await scene.untilGone(Deployments, `${NS}/old`);
    await pause(3_000);
    expect((await scene.get(XosSlices, `${NS}/old.deployment`))?.metadata.uid).toBe(slice.metadata.uid);
    expect(await scene.get(Deployments, `${NS}/new`)).toBeDefined();
    await untilExact(scene);
  });

  test('our label comes into the template of others when that is allowed, and not before', async () => {
    await scene.apply(managed('XosService', 'front', {}, NS), deployment(NS, 'shop'));
    await scene.kubectl('rollout', 'status', '-n', NS, 'deployment/shop', '--timeout=60s');
    const sets = async () =>
      (await scene.list(ReplicaSets, NS)).filter(({ metadata }) => metadata.name.startsWith('shop-'));
    const spec = { ...TAKE_OVER, controllerKind: 'Deployment', serviceRef: { name: 'front' } };
    await scene.apply(managed('XosSlice', 'shop', spec, NS));
    const needs = await scene.until('it to say that a rollout is needed', async () => {
      const slice = await scene.get(XosSlices, `${NS}/shop`);
      return slice !== undefined && typesOf(slice).includes('RolloutNeeded') ? slice : undefined;
    });
    expect(readyOf(needs)?.status).toBe('True');
    // The status is written again for another reason: the condition is still there, and still once.
    await patch('xosslice', 'shop', { description: 'A shop.' });
    await scene.until('the next generation', async () => {
      const { metadata, status } = (await scene.get(XosSlices, `${NS}/shop`)) ?? {};
      return status?.observedGeneration === metadata?.generation ? true : undefined;
    });
    expect((await sets()).length).toBe(1);
    await patch('xosslice', 'shop', { allowRollout: true });
    await scene.until('the rollout', async () => ((await sets()).length === 2 ? true : undefined));
    await scene.kubectl('rollout', 'status', '-n', NS, 'deployment/shop', '--timeout=60s');
    await scene.until('the condition to go', async () => {
      const slice = await scene.get(XosSlices, `${NS}/shop`);
      return slice !== undefined && !typesOf(slice).includes('RolloutNeeded') ? true : undefined;
    });
  });

  test('of two that take over one object the first has it, and the second is told by whom', async () => {
    await scene.apply(configMap('one', { a: '1' }), managed('XosConfigMap', 'one', { ...TAKE_OVER }, NS));
    await scene.untilReady(XosConfigMaps, `${NS}/one`);
    await scene.apply(managed('XosConfigMap', 'two', { ...TAKE_OVER, resourceName: 'one', data: { a: '2' } }, NS));
    await scene.untilSays(XosConfigMaps, `${NS}/two`, 'NameConflict', /belongs to XosConfigMap one/);
    expect((await scene.get(ConfigMaps, `${NS}/one`))?.data).toEqual({ a: '1' });
    await patch('xosconfigmap', 'one', { xosManaged: false });
    // The way is free: the second one takes it over, with what it says.
    await scene.untilReady(XosConfigMaps, `${NS}/two`);
    expect((await scene.get(ConfigMaps, `${NS}/one`))?.data).toEqual({ a: '2' });
    await scene.untilSays(XosConfigMaps, `${NS}/one`, 'Observed', /not manage/);
  });

  test('what a principal applied is not taken over', async () => {
    const mark = { annotations: { 'xos.opencord.org/owner-uid': 'somebody' } };
    await scene.apply(configMap('applied', { a: '1' }, mark));
    const before = await scene.get(ConfigMaps, `${NS}/applied`);
    await scene.apply(managed('XosConfigMap', 'applied', { ...TAKE_OVER, data: { a: '2' } }, NS));
    await scene.untilSays(XosConfigMaps, `${NS}/applied`, 'NameConflict', /owner-uid/);
    expect(await scene.get(ConfigMaps, `${NS}/applied`)).toEqual(before);
  });

  test('a custom resource that is deleted with orphans leaves what it took over, and another one takes it over again', async () => {
    await scene.apply(configMap('again', { a: '1' }), managed('XosConfigMap', 'again', { ...TAKE_OVER }, NS));
    await scene.untilReady(XosConfigMaps, `${NS}/again`);
    const uid = (await scene.get(ConfigMaps, `${NS}/again`))?.metadata.uid;
    await scene.kubectl('delete', '-n', NS, 'xosconfigmap', 'again', '--cascade=orphan');
    await scene.apply(managed('XosConfigMap', 'again', { ...TAKE_OVER }, NS));
    await scene.untilReady(XosConfigMaps, `${NS}/again`);
    const live = await scene.get(ConfigMaps, `${NS}/again`);
    expect([live?.metadata.uid, live?.data, ownersOf(live)]).toEqual([uid, { a: '1' }, ['XosConfigMap again']]);
  });

  test('while the operator only observes, nothing is taken over or given back; both go on after that', async () => {
    await scene.apply(configMap('in', { a: '1' }), configMap('out', { a: '1' }));
    await scene.apply(managed('XosConfigMap', 'out', { ...TAKE_OVER }, NS));
    await scene.untilReady(XosConfigMaps, `${NS}/out`);
    await scene.setMode('Observe');
    await scene.until('Observe', async () =>
      (await scene.get(XosKubernetesServices, 'kubernetes'))?.status?.observedGeneration === 2 ? true : undefined,
    );
    const mark = scene.audit.mark();
    await scene.apply(managed('XosConfigMap', 'in', { ...TAKE_OVER }, NS));
    await patch('xosconfigmap', 'out', { xosManaged: false });
    await pause(4_000);
    expect(scene.audit.since(mark).filter(({ resource }) => resource === 'configmaps')).toEqual([]);
    await scene.setMode('Manage');
    await scene.untilReady(XosConfigMaps, `${NS}/in`);
    await scene.untilSays(XosConfigMaps, `${NS}/out`, 'Observed', /not manage/);
    expect(ownersOf(await scene.get(ConfigMaps, `${NS}/out`))).toEqual([]);
  });

  test('what was made is given back without a trace of who made it, and its pods run on', async () => {
    await scene.apply(managed('XosSlice', 'made', { controllerKind: 'Deployment', replicas: 1, image: 'app:1' }, NS));
    await scene.untilReady(XosSlices, `${NS}/made`);
    const podsOf = async () =>
      (await scene.list(Pods, NS))
        .filter(({ metadata }) => metadata.name.startsWith('made-'))
        .map(({ metadata }) => metadata.uid);
    const before = await podsOf();
    const generation = (await scene.get(Deployments, `${NS}/made`))?.metadata.generation;
    await patch('xosslice', 'made', { xosManaged: false });
    await scene.untilReady(XosSlices, `${NS}/made`, 'Observed');
    const live = await scene.get(Deployments, `${NS}/made`);
    expect([ownersOf(live), live?.metadata.generation, await podsOf()]).toEqual([[], generation, before]);
    expect(live?.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('xos-operator');
    await untilExact(scene);
    await scene.kubectl('delete', '-n', NS, 'xosslice', 'made');
    await pause(2_000);
    expect(await podsOf()).toEqual(before);
  });

  interface Exposed extends KubeObject {
    spec: {
      type?: string;
      selector?: object;
      ports: { name?: string; port: number; targetPort?: number; nodePort?: number }[];
    };
  }
  const serviceIs = (what: string, is: (spec: Exposed['spec']) => boolean) =>
    scene.until(what, async () => {
      const live = await scene.get<Exposed>(Services as never, `${NS}/web`);
      return live !== undefined && is(live.spec) ? live.spec : undefined;
    });

  test('a Service that was there keeps its selector, its type and its ports; declared ones come to them, and stay', async () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'admin', port: 81, targetPort: 8081 },
    ];
    await scene.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: NS },
      spec: { selector: { app: 'web' }, ports },
    });
    await scene.apply(managed('XosService', 'web', { ...TAKE_OVER }, NS));
    await scene.untilReady(XosServices, `${NS}/web`);
    const port = (name: string, internalPort: number) =>
      managed('XosServicePort', name, { serviceRef: { name: 'web' }, internalPort }, NS);
    await scene.apply(port('metrics', 9090), port('first', 80));
    await scene.untilReady(XosServicePorts, `${NS}/metrics`);
    await scene.untilReady(XosServicePorts, `${NS}/first`);
    const kept = { type: 'ClusterIP', selector: { app: 'web' } };
    const three = await serviceIs('three ports', (spec) => spec.ports.length === 3);
    expect(three).toMatchObject(kept);
    expect(three.ports).toEqual(expect.arrayContaining(ports.map((each) => expect.objectContaining(each) as unknown)));

    // Nothing is taken away: who made the port may be gone, but somebody may use it by now.
    await scene.kubectl('delete', '-n', NS, 'xosserviceport', 'first', 'metrics');
    await pause(3_000);
    expect((await serviceIs('three ports', (spec) => spec.ports.length === 3)).selector).toEqual(kept.selector);
    await scene.untilReady(XosServices, `${NS}/web`);

    await patch('xosservice', 'web', { exposure: 'NodePort' });
    const outside = await serviceIs('node ports', (spec) => spec.ports.every(({ nodePort }) => nodePort !== undefined));
    await patch('xosservice', 'web', { exposure: null });
    await patch('xosservice', 'web', { xosManaged: false });
    await scene.untilSays(XosServices, `${NS}/web`, 'Observed', /./);
    expect(await serviceIs('the same', () => true)).toEqual(outside);
  });

  test('what cannot be changed in place is said, and what was there stays', async () => {
    await scene.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: NS },
      type: 'example.com/one',
      stringData: { a: '1' },
    });
    const before = await scene.get(Secrets, `${NS}/key`);
    await scene.apply(
      managed('XosSecret', 'key', { ...TAKE_OVER, type: 'example.com/two', stringData: { a: '1' } }, NS),
    );
    await scene.untilSays(XosSecrets, `${NS}/key`, 'InvalidSpec', /Secret key was there before.*type/);
    const after = await scene.get(Secrets, `${NS}/key`);
    expect([after?.metadata.uid, after?.type, after?.data]).toEqual([before?.metadata.uid, before?.type, before?.data]);
  });

  test('what differs is only reported where that is asked for, and what is said beyond the spec is no difference', async () => {
    await scene.apply(configMap('drift', { a: '1', b: '1' }));
    const report = { ...TAKE_OVER, driftPolicy: 'Report' };
    await scene.apply(managed('XosConfigMap', 'drift', { ...report, data: { a: '1' } }, NS));
    expect(typesOf(await scene.untilReady(XosConfigMaps, `${NS}/drift`))).toEqual(['Ready']);
    await patch('xosconfigmap', 'drift', { data: { a: '2' } });
    await scene.until('it to drift', async () => {
      const config = await scene.get(XosConfigMaps, `${NS}/drift`);
      return config !== undefined && typesOf(config).includes('Drifted') ? true : undefined;
    });
    expect((await scene.get(ConfigMaps, `${NS}/drift`))?.data).toEqual({ a: '1', b: '1' });
  });
});
