/** What the operator costs the API server, counted request by request in its audit log. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { countBy } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { Scene, SERVICE } from '../support/scene.ts';

const FOREIGN = 1_000;
/** Long enough for what was held back to be written. */
const SETTLE_MS = 12_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the operator is cheap', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  test('a mirror costs one create and one status write, no read and no conflict', async () => {
    await scene.apply(namespace('crowd'), deployment('crowd', 'web', FOREIGN));
    await scene.until(
      'all pods to run',
      async () => {
        const pods = await scene.list(Pods, 'crowd');
        return pods.length === FOREIGN && pods.every(({ status }) => status?.phase === 'Running') ? true : undefined;
      },
      120_000,
    );
    const mark = scene.audit.mark();
    const started = Date.now();
    await scene.startOperator();
    await untilExact(scene, 60_000);
    await pause(SETTLE_MS);
    const requests = scene.audit.since(mark).filter(({ resource }) => resource.startsWith('xosserviceinstances'));
    expect(countBy(requests, ({ verb, resource, code }) => `${verb} ${resource} ${code}`)).toEqual({
      'create xosserviceinstances 201': FOREIGN,
      'patch xosserviceinstances/status 200': FOREIGN,
    });
    const perMirror = countBy(requests, ({ namespace: ns, name, verb }) =>
      verb === 'patch' ? `${ns}/${name}` : 'created',
    );
    expect(Object.entries(perMirror).filter(([key, writes]) => key !== 'created' && writes !== 1)).toEqual([]);
    const others = countBy(
      scene.audit.since(mark).filter(({ resource }) => !resource.startsWith('xosserviceinstances')),
      ({ verb, resource, code }) => `${verb} ${resource} ${code}`,
    );
    // What is counted is told at most every 10 s.
    const { 'patch xoskubernetesservices/status 200': counts = 0, ...once } = others;
    expect(counts).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - started) / 10_000));
    expect(once).toEqual({
      'create xosimages 201': 1,
      'create xosprincipals 201': 1,
      'create xosslices 201': 1,
      'create xostrustdomains 201': 1,
      'patch xosimages/status 200': 1,
      'patch xosprincipals/status 200': 1,
      'patch xosslices/status 200': 1,
      'patch xostrustdomains/status 200': 1,
    });
  });

  /** The creates or deletes of mirrors of pods since a mark, in order. */
  const wave = (mark: number, verb: string) =>
    scene.audit.since(mark).filter(({ resource, verb: done }) => resource === 'xosserviceinstances' && done === verb);
  const setAdoption = async (enabled: boolean) => {
    const mark = scene.audit.mark();
    await scene.apply({ ...SERVICE, spec: { adoption: { enabled } } });
    return mark;
  };

  test('what changes meanwhile does not wait for a change of settings that concerns a thousand mirrors', async () => {
    const off = await setAdoption(false);
    await scene.until('the first to go', () => Promise.resolve(wave(off, 'delete').length > 0 || undefined));
    // Not by kubectl, which may need longer than all of it.
    await scene.client.create(XosSlices, managed('XosSlice', 'meanwhile', {}, 'crowd') as never);
    await scene.untilReady(XosSlices, 'crowd/meanwhile');
    await scene.until('all to go', () => Promise.resolve(wave(off, 'delete').length >= FOREIGN || undefined), 60_000);
    // Not earlier: what is stored is seen before its request is in the log.
    const told = scene.audit
      .since(off)
      .find(({ resource, name }) => resource === 'xosslices/status' && name === 'meanwhile');
    expect(wave(off, 'delete').filter(({ timeMs }) => timeMs > (told?.doneMs ?? Infinity)).length).toBeGreaterThan(100);

    const on = await setAdoption(true);
    await scene.until('the first to come', () => Promise.resolve(wave(on, 'create').length > 0 || undefined));
    await scene.client.create(Pods, pod('crowd', 'meanwhile') as never);
    await untilExact(scene, 60_000);
    const created = wave(on, 'create').map(({ name }) => name);
    expect(created.indexOf('meanwhile')).toBeGreaterThan(0);
    expect(created.length - created.indexOf('meanwhile')).toBeGreaterThan(100);
    await scene.kubectl('delete', 'pod', '-n', 'crowd', 'meanwhile');
  });

  test('a mirror of a pod that is just starting costs no more', async () => {
    const mark = scene.audit.mark();
    await scene.apply(deployment('crowd', 'fresh', 50));
    await scene.kubectl('rollout', 'status', '-n', 'crowd', 'deployment/fresh');
    await untilExact(scene);
    await pause(SETTLE_MS);
    const requests = scene.audit.since(mark).filter(({ resource }) => resource.startsWith('xosserviceinstances'));
    expect(countBy(requests, ({ verb, resource, code }) => `${verb} ${resource} ${code}`)).toEqual({
      'create xosserviceinstances 201': 50,
      'patch xosserviceinstances/status 200': 50,
    });
  });

  test('the selectors of docs/inventory.md tell the pods of a slice, and what is managed, from a thousand others', async () => {
    const found = async (...selector: string[]) =>
      (await scene.kubectl('get', 'xsi', '-A', '-o', 'name', ...selector)).split('\n').filter((line) => line !== '')
        .length;
    expect(await found('--field-selector', 'spec.sliceRef.name=fresh.deployment')).toBe(50);
    expect(await found('--field-selector', 'spec.sliceRef.name=web.deployment')).toBe(FOREIGN);
    expect(await found('-l', 'xos.opencord.org/managed=false')).toBe(FOREIGN + 50);
    expect(await found('--field-selector', 'spec.xosManaged=true')).toBe(0);
  });

  test('a managed instance costs one create and at most two status writes', async () => {
    await scene.apply(managed('XosSlice', 'group', {}, 'crowd'));
    await scene.untilReady(XosSlices, 'crowd/group');
    const mark = scene.audit.mark();
    await scene.apply(managed('XosServiceInstance', 'one', { sliceRef: { name: 'group' }, image: 'app:1' }, 'crowd'));
    await scene.untilReady(XosServiceInstances, 'crowd/one');
    await pause(SETTLE_MS);
    const requests = scene.audit.since(mark);
    expect(
      countBy(
        requests.filter(({ resource }) => resource === 'pods'),
        ({ verb, code }) => `${verb} ${code}`,
      ),
    ).toEqual({ 'create 201': 1 });
    const statuses = requests.filter(
      ({ resource, name }) => resource === 'xosserviceinstances/status' && name === 'one',
    );
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.length).toBeLessThanOrEqual(2);
  });

  test('applying the same again costs nothing, and neither does a restart with nothing changed', async () => {
    await scene.apply(managed('XosServiceInstance', 'one', { sliceRef: { name: 'group' }, image: 'app:1' }, 'crowd'));
    const mark = scene.audit.mark();
    await scene.operator?.kill();
    await scene.startOperator();
    await pause(SETTLE_MS);
    const writes = scene.audit.since(mark).filter(({ verb }) => !['list', 'get'].includes(verb));
    expect(countBy(writes, ({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual({});
  });

  test('at rest there is no request at all but watches for 60 s', async () => {
    const mark = scene.audit.mark();
    await pause(60_000);
    expect(scene.audit.count(mark)).toEqual({});
    // The operator is there, and awake: the next thing that happens is noticed.
    await scene.kubectl('scale', '-n', 'crowd', 'deployment/web', '--replicas=0');
    await untilExact(scene, 60_000);
  });

  test('what changed while it was down converges, and nothing is made twice', async () => {
    await scene.operator?.kill();
    await scene.kubectl('delete', 'pod', '-n', 'crowd', 'one');
    await scene.kubectl('scale', '-n', 'crowd', 'deployment/web', '--replicas=10');
    await scene.kubectl('rollout', 'status', '-n', 'crowd', 'deployment/web');
    const mark = scene.audit.mark();
    await scene.startOperator();
    await untilExact(scene);
    await scene.until('the pod to be made again', async () => await scene.get(Pods, 'crowd/one'));
    await pause(2_000);
    const creates = scene.audit.since(mark).filter(({ verb, resource }) => verb === 'create' && resource !== 'events');
    const made = countBy(creates, ({ resource, code }) => `${resource} ${code}`);
    expect(made).toEqual({ 'pods 201': 1, 'xosserviceinstances 201': 10 });
  });
});
