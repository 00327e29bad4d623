/**
 * Pods as hostile as the API server takes them: the inventory is right, or says what it could not follow; a mirror stays
 * small whatever the pod holds; and nobody writes to them.
 */
import { Pods } from '../../src/api/core.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { describeOnOwnCluster } from '../support/cluster.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, namespace, pod } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'hostile';
/** Worst size of a mirror, without managedFields. Source: api.md. */
const WORST = 4_096;
const TYPICAL = 2_048;

/** Characters of JSON without what the API server keeps about writers. */
function sizeOf({ metadata, ...rest }: Live<KubeObject>): number {
  const { managedFields: _, ...kept } = metadata;
  return JSON.stringify({ ...rest, metadata: kept }).length;
}

describeOnOwnCluster('hostile pods', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS), namespace('elsewhere'), deployment('elsewhere', 'real', 1));
  });
  afterAll(async () => {
    await scene.close();
  });

  /** Not by apply: it would put all of it into an annotation once more. */
  const create = async (object: object) => {
    await scene.cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
  };
  const withMeta = (name: string, metadata: object) => {
    const object = pod(NS, name);
    return { ...object, metadata: { ...object.metadata, ...metadata } };
  };
  const owner = (kind: string, name: string, uid: string, more: object = {}) => ({
    apiVersion: 'example.com/v1',
    kind,
    name,
    uid,
    ...more,
  });

  test('with 150 containers, labels as ours and as many annotations as there may be are mirrored small', async () => {
    const mark = scene.audit.mark();
    const containers = Array.from({ length: 150 }, (_, i) => ({
      name: `${'c'.repeat(58)}-${i}`,
      image: `registry.example.com/${'deep/'.repeat(30)}app-${i}:1`,
    }));
    const labels = { 'xos.opencord.org/managed': 'true', 'xos.opencord.org/slice': 'taken', xos_slice_name: 'taken' };
    const annotations = { big: 'x'.repeat(250_000), 'meta.helm.sh/release-name': 'r'.repeat(10_000) };
    const many = withMeta('p'.repeat(253), { labels, annotations });
    await create({ ...many, spec: { containers } });
    const mirror = await scene.untilReady(XosServiceInstances, `${NS}/${'p'.repeat(253)}`, 'Observed');
    await untilExact(scene, 60_000);
    expect(sizeOf(mirror)).toBeLessThan(WORST);
    expect(mirror.metadata.labels).toEqual({ 'xos.opencord.org/managed': 'false' });
    const images = await scene.list(XosImages);
    expect(images.length).toBeGreaterThanOrEqual(150);
    expect(Math.max(...images.map(sizeOf))).toBeLessThan(WORST);
    const writes = scene.audit.since(mark).filter(({ verb, resource }) => verb !== 'get' && resource === 'pods');
    expect(writes).toEqual([]);
    await scene.kubectl('delete', 'pod', '-n', NS, 'p'.repeat(253), '--grace-period=0', '--force');
    await scene.until('its images to go', async () =>
      (await scene.list(XosImages)).some(({ spec }) => spec.image.includes('deep')) ? undefined : true,
    );
  });

  test('whose owners lie, are many, of other namespaces, or each other, are told as what they say, and used only as far as that is true', async () => {
    const [real] = (await scene.list(Pods, 'elsewhere')).map(({ metadata }) => metadata.ownerReferences?.[0]);
    const crowd = Array.from({ length: 99 }, (_, i) => owner('Owner', `o-${i}`, `uid-${i}`));
    await create(
      withMeta('crowded', { ownerReferences: [...crowd, owner('Boss', 'b', 'uid-b', { controller: true })] }),
    );
    await create(withMeta('abroad', { ownerReferences: [real] }));
    await create(withMeta('one', {}));
    const one = await scene.until('a pod', async () => await scene.get(Pods, `${NS}/one`));
    await create(
      withMeta('two', {
        ownerReferences: [{ ...owner('Pod', 'one', one.metadata.uid, { controller: true }), apiVersion: 'v1' }],
      }),
    );
    const two = await scene.until('a pod', async () => await scene.get(Pods, `${NS}/two`));
    const circle = [{ ...owner('Pod', 'two', two.metadata.uid, { controller: true }), apiVersion: 'v1' }];
    await scene.kubectl(
      'patch',
      'pod',
      '-n',
      NS,
      'one',
      '--type=merge',
      '-p',
      JSON.stringify({ metadata: { ownerReferences: circle } }),
    );
    // Who refers to what is not in its namespace is collected by Kubernetes itself, and its mirror with it.
    await scene.untilGone(Pods, `${NS}/abroad`);
    await untilExact(scene, 60_000);
    expect(await scene.get(XosServiceInstances, `${NS}/abroad`)).toBeUndefined();
    expect((await scene.list(XosSlices, NS)).map(({ spec }) => spec.resourceName)).not.toContain(real?.name);
    const crowded = await scene.get(XosServiceInstances, `${NS}/crowded`);
    expect(crowded === undefined || sizeOf(crowded) < WORST).toBe(true);
    const inCircle = await scene.untilReady(XosServiceInstances, `${NS}/two`, 'Observed');
    expect(inCircle.status?.controller).toMatchObject({ kind: 'Pod', name: 'one' });
    expect(sizeOf(inCircle)).toBeLessThan(WORST);
  });

  test('and an ordinary one has a mirror of the size that is promised', async () => {
    const found = await scene.until('its mirror', async () =>
      (await scene.list(XosServiceInstances, 'elsewhere')).find(({ status }) => status?.ready === true),
    );
    expect(sizeOf(found)).toBeLessThan(TYPICAL);
    expect(scene.operator?.running).toBe(true);
  });
});
