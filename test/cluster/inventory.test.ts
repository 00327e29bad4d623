/** The inventory is exact, whatever happens and whoever is down meanwhile; and it never touches what it mirrors. */
import { Deployments, Pods } from '../../src/api/core.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { actualInventory, untilExact } from '../support/inventory.ts';
import { daemonSet, deployment, job, namespace, pod, statefulSet, xos } from '../support/samples.ts';
import { readyOf, Scene, SERVICE } from '../support/scene.ts';

describe('the inventory', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace('shop'), namespace('bank'));
    await scene.apply(
      deployment('shop', 'web', 3),
      statefulSet('shop', 'web', 2),
      daemonSet('shop', 'agent'),
      job('shop', 'once'),
      pod('shop', 'bare', 'registry:5000/app'),
      deployment('bank', 'web', 2, 'app@sha256:0000000000000000000000000000000000000000000000000000000000000001'),
    );
  });
  afterAll(async () => {
    await scene.close();
  });

  test('is the set of foreign pods, with their slices, domains, principals and images', async () => {
    await untilExact(scene);
    const instances = (await actualInventory(scene)).instances;
    expect(
      instances
        .filter((each) => each.startsWith('shop/web'))
        .map((each) => each.split(' ')[2] ?? '')
        .toSorted(),
    ).toEqual(['web.deployment', 'web.deployment', 'web.deployment', 'web.statefulset', 'web.statefulset']);
    expect(instances.find((each) => each.startsWith('shop/bare'))).toMatch(/ -$/);
  });

  test('says what the pod says', async () => {
    const live = await scene.until('bare to run', async () => {
      const found = await scene.get(Pods, 'shop/bare');
      return found?.status?.podIP === undefined ? undefined : found;
    });
    const mirror = await scene.untilReady(XosServiceInstances, 'shop/bare', 'Observed');
    expect(mirror.status).toMatchObject({
      phase: 'Running',
      podIP: live.status?.podIP,
      nodeName: live.spec.nodeName,
      ready: true,
      trustDomain: 'shop',
    });
    expect(mirror.metadata).toMatchObject({
      labels: { 'xos.opencord.org/managed': 'false' },
      ownerReferences: [{ kind: 'Pod', uid: live.metadata.uid }],
    });
    expect(mirror.metadata.finalizers).toBeUndefined();
  });

  test('follows scaling, a rolling update, deletes and the end of a namespace', async () => {
    await scene.kubectl('scale', '-n', 'shop', 'deployment/web', '--replicas=20');
    await scene.kubectl('rollout', 'status', '-n', 'shop', 'deployment/web');
    await untilExact(scene);
    await scene.kubectl('set', 'image', '-n', 'shop', 'deployment/web', 'c=registry.example.com/team/web:1.3');
    await scene.kubectl('rollout', 'status', '-n', 'shop', 'deployment/web');
    await scene.kubectl('scale', '-n', 'shop', 'deployment/web', '--replicas=0');
    await scene.kubectl('delete', 'pod', '-n', 'shop', 'bare');
    await scene.kubectl('delete', 'namespace', 'bank');
    await untilExact(scene);
    // A slice goes with its controller, not with its pods: a restart must not cost a new one.
    expect(await scene.get(XosSlices, 'shop/web.deployment')).toBeDefined();
    expect(await scene.get(XosTrustDomains, 'bank')).toBeUndefined();
  });

  test('is exact again after everything changed while the operator was down', async () => {
    await scene.operator?.kill();
    await scene.apply(namespace('bank'), deployment('bank', 'late', 4), pod('shop', 'bare'));
    await scene.kubectl('scale', '-n', 'shop', 'deployment/web', '--replicas=5');
    await scene.kubectl('delete', 'statefulset', '-n', 'shop', 'web');
    await scene.kubectl('rollout', 'status', '-n', 'shop', 'deployment/web');
    await scene.startOperator();
    await untilExact(scene);
  });

  test('gives a deleted mirror back within 5 s, and leaves the pod as it was', async () => {
    const before = await scene.get(Pods, 'shop/bare');
    const mirror = await scene.untilReady(XosServiceInstances, 'shop/bare', 'Observed');
    await scene.kubectl('delete', 'xsi', '-n', 'shop', 'bare');
    await scene.until(
      'the mirror to be back',
      async () => {
        const again = await scene.get(XosServiceInstances, 'shop/bare');
        return again !== undefined && again.metadata.uid !== mirror.metadata.uid ? again : undefined;
      },
      5_000,
    );
    expect(await scene.get(Pods, 'shop/bare')).toEqual(before);
  });

  test('follows a pod of the same name that was made anew', async () => {
    await scene.kubectl('delete', 'pod', '-n', 'shop', 'bare');
    await scene.apply(pod('shop', 'bare'));
    await untilExact(scene);
  });

  test('repairs a mirror whose reference was stripped, and removes one that mirrors nothing', async () => {
    await scene.kubectl(
      'patch',
      'xsi',
      '-n',
      'shop',
      'bare',
      '--type=merge',
      '-p',
      '{"metadata":{"ownerReferences":null}}',
    );
    await scene.apply(xos('XosServiceInstance', 'ghost', { xosManaged: false }, 'shop'));
    await scene.untilGone(XosServiceInstances, 'shop/ghost');
    await untilExact(scene);
    await scene.kubectl('delete', 'deployment', '-n', 'shop', 'web', '--cascade=orphan');
    await scene.untilGone(Deployments, 'shop/web');
    await scene.until('the slice to go', async () =>
      (await scene.get(XosSlices, 'shop/web.deployment')) === undefined ? true : undefined,
    );
    await untilExact(scene);
  });

  test('does not overwrite what a person wrote into a mirror, and says how to go on', async () => {
    await scene.apply(xos('XosServiceInstance', 'bare', { image: 'mine:1', sliceRef: { name: 'mine' } }, 'shop'));
    const mirror = await scene.untilReady(XosServiceInstances, 'shop/bare', 'InvalidSpec');
    expect(readyOf(mirror)?.message).toMatch(/set spec.xosManaged to true/);
    expect(mirror.spec).toMatchObject({ xosManaged: false, sliceRef: { name: 'mine' } });
    await scene.kubectl('delete', 'xsi', '-n', 'shop', 'bare');
    await untilExact(scene);
  });

  test('leaves out what opts out, is excluded, or what a second XosKubernetesService says', async () => {
    await scene.kubectl('annotate', 'namespace', 'bank', 'xos.opencord.org/adopt=false');
    await scene.until('bank to be left out', async () =>
      (await scene.list(XosServiceInstances, 'bank')).length === 0 ? true : undefined,
    );
    await scene.apply(xos('XosKubernetesService', 'another', { adoption: { enabled: false } }));
    expect(readyOf(await scene.untilReady(XosKubernetesServices, 'another', 'Duplicate'))?.message).toContain(
      'kubernetes',
    );
    await scene.kubectl('annotate', 'namespace', 'bank', 'xos.opencord.org/adopt-');
    await untilExact(scene);
    await scene.apply({ ...SERVICE, spec: { adoption: { namespaces: { include: ['b*'] } } } });
    await scene.until('shop to be left out', async () =>
      (await scene.list(XosServiceInstances, 'shop')).length === 0 ? true : undefined,
    );
    expect((await scene.list(XosServiceInstances, 'bank')).length).toBe(4);
  });

  test('freezes without a XosKubernetesService, and goes when it is switched off', async () => {
    await scene.kubectl('delete', 'xks', '--all');
    await scene.apply(pod('bank', 'unseen'));
    await scene.kubectl('wait', '-n', 'bank', '--for=condition=Ready', 'pod/unseen');
    expect(await scene.get(XosServiceInstances, 'bank/unseen')).toBeUndefined();
    expect((await scene.list(XosServiceInstances, 'bank')).length).toBe(4);
    await scene.apply({ ...SERVICE, spec: { adoption: { enabled: false } } });
    await scene.until('every mirror to be gone', async () => {
      const { instances, slices, domains, principals, images } = await actualInventory(scene);
      return instances.length + slices.length + domains.length + principals.length + images.length === 0
        ? true
        : undefined;
    });
  });
});
