/** Who is who in the inventory: names that meet, names that come back, pods that change hands, and where things come from. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod, statefulSet } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const LONG = `${'long-name.'.repeat(25)}end`;

describe('names and origins in the inventory', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace('shop'), namespace('other'));
  });
  afterAll(async () => {
    await scene.close();
  });

  /** The mirror of a pod, by what it mirrors, once it is as wanted. */
  const mirrorOf = async (name: string, is: (mirror: Live<KubeObject & Mirror>) => boolean = () => true) =>
    await scene.until(`the mirror of ${name}`, async () =>
      ((await scene.list(XosServiceInstances, 'shop')) as Live<KubeObject & Mirror>[]).find(
        (each) => !each.spec.xosManaged && each.spec.resourceName === name && is(each),
      ),
    );

  test('a static pod has no slice, and comes from the kubelet of its node', async () => {
    const name = (await scene.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    const uid = (await scene.kubectl('get', 'node', name, '-o', 'jsonpath={.metadata.uid}')).trim();
    const plain = pod('shop', `etcd-${name}`);
    await scene.apply({
      ...plain,
      metadata: {
        ...plain.metadata,
        annotations: { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid, controller: true }],
      },
      spec: { ...plain.spec, nodeName: name },
    });
    const mirror = await mirrorOf(`etcd-${name}`, isReported);
    expect(mirror.spec.sliceRef).toBeUndefined();
    expect(mirror.status?.provenance).toEqual({
      source: 'Static',
      name,
      evidence: 'metadata.annotations[kubernetes.io/config.mirror]',
    });
    await untilExact(scene);
  });

  test('a pod comes from whoever put its controller there', async () => {
    const helm = deployment('shop', 'released', 1);
    const annotations = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' };
    await scene.apply({ ...helm, metadata: { ...helm.metadata, annotations } }, deployment('shop', 'typed', 1));
    await untilExact(scene);
    const pods = await scene.list(Pods, 'shop');
    const nameOf = (prefix: string) =>
      pods.find(({ metadata }) => metadata.name.startsWith(prefix))?.metadata.name ?? '';
    expect((await mirrorOf(nameOf('released-'), isReported)).status?.provenance).toEqual({
      source: 'Helm',
      name: 'web',
      evidence: 'metadata.annotations[meta.helm.sh/release-name] of Deployment released',
    });
    expect((await mirrorOf(nameOf('typed-'), isReported)).status?.provenance).toEqual({
      source: 'kubectl',
      name: 'kubectl-client-side-apply',
      evidence: 'metadata.managedFields of Deployment typed',
    });
    const domain = await scene.untilReady(XosTrustDomains, 'shop', 'Observed');
    expect(domain.status?.provenance).toMatchObject({ source: 'kubectl', evidence: 'metadata.managedFields' });
  });

  test('the longest names, and a Deployment and a StatefulSet of one name, do not meet', async () => {
    await scene.apply(pod('shop', LONG), deployment('shop', 'twin', 1), statefulSet('shop', 'twin', 1));
    const orphan = pod('shop', 'of-a-long-one');
    const owner = {
      apiVersion: 'db.example.com/v1',
      kind: 'EtcdCluster',
      name: LONG,
      uid: 'not-checked',
      controller: true,
    };
    await scene.apply({
      ...orphan,
      metadata: { ...orphan.metadata, finalizers: ['test/held'], ownerReferences: [owner] },
    });
    expect((await mirrorOf(LONG)).metadata.name).toBe(LONG);
    const slice = (await mirrorOf('of-a-long-one')).spec.sliceRef?.name ?? '';
    expect([slice.length <= 253, slice.startsWith('long-name.')]).toEqual([true, true]);
    await scene.kubectl(
      'patch',
      'pod',
      '-n',
      'shop',
      'of-a-long-one',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    );
    await scene.kubectl('delete', 'pod', '-n', 'shop', 'of-a-long-one', '--ignore-not-found');
    await untilExact(scene);
  });

  test('a label picks the name of the slice, inside of its own namespace only', async () => {
    await scene.apply(managed('XosSlice', 'pickeda', { description: 'Not for shop.' }, 'other'));
    const labelled = (label: string, name: string) => {
      const plain = deployment('shop', name, 1);
      return { ...plain, metadata: { ...plain.metadata, labels: { [label]: `picked${name}` } } };
    };
    await scene.apply(labelled('xos.opencord.org/slice', 'a'), labelled('xos_slice_name', 'b'));
    for (const name of ['pickeda', 'pickedb']) {
      const slice = await scene.untilReady(XosSlices, `shop/${name}`, 'Observed');
      expect(slice.spec).toMatchObject({ xosManaged: false, resourceName: name.at(-1) });
    }
    await scene.kubectl('delete', 'deployment', '-n', 'shop', 'a', 'b');
    await scene.until('their pods to go', async () =>
      (await scene.list(Pods, 'shop')).some(({ metadata }) => /^[ab]-/.test(metadata.name)) ? undefined : true,
    );
    await untilExact(scene);
  });

  test('a pod whose name a managed instance has gets another name, and neither is touched', async () => {
    await scene.apply(pod('shop', 'mine'));
    const theirs = await mirrorOf('mine');
    await scene.kubectl('delete', 'pod', '-n', 'shop', 'mine');
    await scene.untilGone(XosServiceInstances, 'shop/mine');
    await scene.apply(
      managed('XosSlice', 'group', {}, 'shop'),
      managed(
        'XosServiceInstance',
        'mine',
        { image: 'app:1', resourceName: 'ours', sliceRef: { name: 'group' } },
        'shop',
      ),
    );
    await scene.untilReady(XosServiceInstances, 'shop/mine');
    await scene.apply(pod('shop', 'mine'));
    const mirror = await mirrorOf('mine');
    expect([theirs.metadata.name, mirror.metadata.name]).toEqual(['mine', expect.stringMatching(/^mine-./)]);
    expect((await scene.get(XosServiceInstances, 'shop/mine'))?.spec.xosManaged).toBe(true);
    await untilExact(scene);
  });

  test('a name that is deleted and used again at once is the new pod, each time', async () => {
    for (let round = 0; round < 5; round += 1) {
      await scene.apply(pod('shop', 'again'));
      await scene.kubectl('delete', 'pod', '-n', 'shop', 'again', '--grace-period=0', '--force');
    }
    await scene.apply(pod('shop', 'again'));
    const live = await scene.get(Pods, 'shop/again');
    await mirrorOf('again', ({ metadata }) => metadata.ownerReferences?.[0]?.uid === live?.metadata.uid);
    await untilExact(scene);
  });

  test('a pod that is orphaned, and adopted by another controller, moves to its slice', async () => {
    await scene.apply(deployment('shop', 'first', 1));
    await scene.kubectl('rollout', 'status', '-n', 'shop', 'deployment/first');
    const [before] = (await scene.list(Pods, 'shop')).filter(({ metadata }) => metadata.name.startsWith('first-'));
    const name = before?.metadata.name ?? '';
    await mirrorOf(name, ({ spec }) => spec.sliceRef?.name === 'first.deployment');
    const set = (await scene.kubectl('get', 'rs', '-n', 'shop', '-l', 'app=first', '-o', 'name')).trim();
    await scene.kubectl('delete', 'deployment', '-n', 'shop', 'first', '--cascade=orphan');
    await scene.kubectl('delete', '-n', 'shop', set, '--cascade=orphan');
    await mirrorOf(name, ({ spec }) => spec.sliceRef === undefined);
    await scene.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'second', namespace: 'shop' },
      spec: (({ replicas, selector, template }: Record<string, unknown>) => ({ replicas, selector, template }))(
        deployment('shop', 'first', 1).spec as Record<string, unknown>,
      ),
    });
    await mirrorOf(name, ({ spec }) => spec.sliceRef?.name === 'second.replicaset');
    expect((await scene.get(Pods, `shop/${name}`))?.metadata.uid).toBe(before?.metadata.uid);
    await untilExact(scene);
  });
});

const isReported = ({ status }: Mirror) => status?.provenance !== undefined;

interface Mirror {
  spec: { xosManaged?: boolean; resourceName?: string; sliceRef?: { name: string } };
  status?: { provenance?: object };
}
