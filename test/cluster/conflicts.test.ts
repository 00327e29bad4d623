/** Nothing of anybody else's is ever harmed: a name that is taken is a conflict, reported and healed, never resolved by force. */
import { Deployments, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { readyOf, Scene, SERVICE } from '../support/scene.ts';

interface Case {
  what: string;
  foreign: object;
  resource: Resource;
  kind: Resource;
  declared: object;
}

const NS = 'crowded';
const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'taken', namespace: NS, labels: { 'app.kubernetes.io/managed-by': 'xos-operator' } },
};
const helmed = {
  ...deployment(NS, 'taken'),
  metadata: { name: 'taken', namespace: NS, annotations: { 'meta.helm.sh/release-name': 'shop' } },
};

const CASES: Case[] = [
  {
    what: 'a Pod',
    foreign: pod(NS, 'taken'),
    resource: Pods,
    kind: XosServiceInstances,
    declared: managed('XosServiceInstance', 'taken', { sliceRef: { name: 'group' }, image: 'mine:1' }, NS),
  },
  {
    what: 'a Deployment of Helm',
    foreign: helmed,
    resource: Deployments,
    kind: XosSlices,
    declared: managed('XosSlice', 'taken', { controllerKind: 'Deployment', image: 'mine:1' }, NS),
  },
  {
    what: 'a ServiceAccount with our label',
    foreign: account,
    resource: ServiceAccounts,
    kind: XosPrincipals,
    declared: managed('XosPrincipal', 'taken', { automountToken: false }, NS),
  },
];

describe.each([{ adoption: true }, { adoption: false }])(
  'a name that is taken, with adoption $adoption',
  ({ adoption }) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start({ operator: false });
      await scene.apply({ ...SERVICE, spec: { adoption: { enabled: adoption } } }, namespace(NS));
      // What is declared has to be there before its mirror takes the name.
      await scene.apply(managed('XosSlice', 'group', {}, NS));
    });
    afterAll(async () => {
      await scene.close();
    });

    test.each(CASES)(
      '$what stays byte for byte as it was, and what was declared heals when it goes',
      async ({ foreign, resource, kind, declared }) => {
        await scene.operator?.kill();
        await scene.apply(foreign);
        const before = await settled(scene, resource);
        await scene.apply(declared);
        await scene.startOperator();
        const stalled = await scene.untilReady(kind, `${NS}/taken`, 'NameConflict');
        expect(readyOf(stalled)).toMatchObject({
          status: 'False',
          message: expect.stringContaining(`${resource.kind} taken exists already`) as string,
        });
        await scene.kubectl('label', kind.plural, '-n', NS, 'taken', 'touched=yes');
        expect(await scene.get(resource, `${NS}/taken`)).toEqual(before);

        await scene.kubectl('delete', resource.plural, '-n', NS, 'taken');
        const healed = await scene.until('our own to be made', async () => {
          const live = await scene.get(resource, `${NS}/taken`);
          return live !== undefined && live.metadata.uid !== before.metadata.uid ? live : undefined;
        });
        expect(healed.metadata.ownerReferences).toMatchObject([{ kind: kind.kind, controller: true }]);
        await scene.untilReady(kind, `${NS}/taken`);
        await scene.kubectl('delete', kind.plural, '-n', NS, 'taken');
        await scene.untilGone(resource, `${NS}/taken`);
      },
    );

    test('names the Helm release to which it belongs, and an object that is deleted with a conflict leaves it alone', async () => {
      await scene.apply(helmed, managed('XosSlice', 'taken', { controllerKind: 'Deployment', image: 'mine:1' }, NS));
      const before = await settled(scene, Deployments);
      expect(readyOf(await scene.untilReady(XosSlices, `${NS}/taken`, 'NameConflict'))?.message).toContain(
        'the Helm release shop',
      );
      await scene.kubectl('delete', 'xsl', '-n', NS, 'taken');
      expect(await scene.get(Deployments, `${NS}/taken`)).toEqual(before);
      expect(await scene.get(XosKubernetesServices, 'kubernetes')).toBeDefined();
    });
  },
);

/** The object when nobody writes to it any more: a pod and a Deployment report for a while after they were made. */
async function settled(scene: Scene, resource: Resource): Promise<KubeObject> {
  let last: KubeObject | undefined;
  return await scene.until(`${resource.kind} taken to settle`, async () => {
    const now = await scene.get(resource, `${NS}/taken`);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const same = now !== undefined && now.metadata.resourceVersion === last?.metadata.resourceVersion;
    last = now;
    return same ? now : undefined;
  });
}
