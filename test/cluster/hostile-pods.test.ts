/**
 * Pods as hostile as the API server takes them: the inventory is right, or says what it could not follow; a mirror stays
 * small whatever the pod holds; the operator keeps nothing of those that are gone; and nobody writes to them.
 */
import { readFileSync } from 'node:fs';
import { Pods } from '../../src/api/core.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { writesTo } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, namespace, pod } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'hostile';
/** Worst size of a mirror, without managedFields. Source: api.md. */
const WORST = 4_096;
const TYPICAL = 2_048;
/** Keeps a pod there, also when the garbage collector finds that its owners do not live. */
const HELD = { finalizers: ['example.com/held'] };
const ROUNDS = 3;
/** In each round. */
const PODS = 50;
/** What a garbage collector may leave lying about, in MiB. */
const SLACK_MIB = 64;

/** Characters of JSON without what the API server keeps about writers. */
function sizeOf({ metadata, ...rest }: Live<KubeObject>): number {
  const { managedFields: _, ...kept } = metadata;
  return JSON.stringify({ ...rest, metadata: kept }).length;
}

describe('hostile pods', () => {
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

  const crowd = Array.from({ length: 99 }, (_, i) => owner('Owner', `o-${i}`, `uid-${i}`));
  const boss = owner('Boss', 'b', 'uid-b', { controller: true });

  /** Lets go of all that were kept. */
  async function letGo(): Promise<void> {
    const held = (await scene.list(Pods, NS)).filter(({ metadata }) => metadata.finalizers !== undefined);
    for (const { metadata } of held)
      await scene.client.patch(Pods, `${NS}/${metadata.name}`, {
        type: 'merge',
        body: { metadata: { finalizers: null } },
      });
  }

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
    await create(withMeta('crowded', { ...HELD, ownerReferences: [...crowd, boss] }));
    await create(withMeta('abroad', { ownerReferences: [real] }));
    await create(withMeta('one', HELD));
    const one = await scene.until('a pod', async () => await scene.get(Pods, `${NS}/one`));
    await create(
      withMeta('two', {
        ...HELD,
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
    const crowded = await scene.untilReady(XosServiceInstances, `${NS}/crowded`, 'Observed');
    expect(crowded.status?.controller).toEqual({
      apiVersion: 'example.com/v1',
      kind: 'Boss',
      name: 'b',
      uid: 'uid-b',
    });
    expect(JSON.stringify(crowded)).not.toContain('uid-1');
    expect(sizeOf(crowded)).toBeLessThan(WORST);
    const inCircle = await scene.untilReady(XosServiceInstances, `${NS}/two`, 'Observed');
    expect(inCircle.status?.controller).toMatchObject({ kind: 'Pod', name: 'one' });
    expect(sizeOf(inCircle)).toBeLessThan(WORST);
    await letGo();
  });

  const residentMiB = () => {
    const status = readFileSync(`/proc/${scene.operator?.pid ?? 0}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };
  const untilMirrors = (count: number) =>
    scene.until(
      `${count} mirrors`,
      async () => {
        const mirrors = await scene.list(XosServiceInstances, 'many');
        return mirrors.length === count && mirrors.every(({ status }) => status?.controller?.name === 'b')
          ? true
          : undefined;
      },
      20_000,
    );

  const createHostile = async (name: string) => {
    const hostile = pod('many', name);
    const metadata = {
      ...hostile.metadata,
      annotations: { big: name.slice(-1).repeat(250_000) },
      ownerReferences: [...crowd, boss],
    };
    await scene.client.create(Pods, { ...hostile, metadata } as never);
  };

  test('leave no memory behind', async () => {
    await scene.apply(namespace('many'));
    const { pid } = scene.operator ?? {};
    const resident: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(Array.from({ length: PODS }, (_, i) => createHostile(`p-${round}-${i}`)));
      await untilMirrors(PODS);
      await scene.kubectl('delete', 'pods', '-n', 'many', '--all', '--grace-period=0', '--force', '--wait=false');
      await untilMirrors(0);
      resident.push(residentMiB());
    }
    expect([scene.operator?.pid, scene.operator?.running]).toEqual([pid, true]);
    const summary = `resident MiB by round: ${resident.map(Math.round).join(', ')}`;
    process.stderr.write(`${summary}\n`);
    expect([summary, (resident.at(-1) ?? Infinity) - (resident[0] ?? 0) < SLACK_MIB]).toEqual([summary, true]);
  });

  test('and an ordinary one has a mirror of the size that is promised', async () => {
    const found = await scene.until('its mirror', async () =>
      (await scene.list(XosServiceInstances, 'elsewhere')).find(({ status }) => status?.ready === true),
    );
    expect(sizeOf(found)).toBeLessThan(TYPICAL);
    expect(scene.operator?.running).toBe(true);
  });

  test('and in all this the operator wrote to no pod', () => {
    const requests = scene.audit.since(0, { watches: true });
    expect(requests.filter(({ resource }) => resource === 'pods').map(({ verb }) => verb)).toContain('watch');
    expect(writesTo('pods', requests)).toEqual([]);
  });
});
