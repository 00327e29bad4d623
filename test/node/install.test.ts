/**
 * Each way to install, by the commands of docs/installation.md: from nothing to the seed's example as a container, to another version
 * where the way has commands for it, and back. What ran goes on, and nothing else is left.
 */
import { Deployments, Pods } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { containersOf } from '../support/containers.ts';
import { managed } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';
import { testImage } from '../support/test-image.ts';
import { chapters, commandsBelow, headings, type } from '../support/typed.ts';

/** Where something is installed for the whole cluster: the first block below installs, the last one removes, and those between them change it. */
const WAYS = ['By kubectl', 'By one file', 'By Helm'];
const RESTRICTED = 'By kubectl, for some namespaces';
/** Every chapter of docs/installation.md: below which headings its way is typed, or why it is not. */
const CHAPTERS: Readonly<Record<string, readonly string[] | string>> = {
  kubectl: ['By kubectl', 'By one file'],
  Helm: ['By Helm'],
  'Argo CD': 'it installs what kubectl or Helm installs, and would need a registry and a Git server here',
  Flux: 'it does too; test/cluster/gitops.test.ts installs with its library',
  'Some namespaces only': [RESTRICTED],
  'On one machine, without a registry': 'it is where all that is typed stands',
  'Trying it': 'it is no way to install',
  Upgrading: 'what is typed of it stands below By Helm',
  Uninstalling: 'it is the last block of each way',
};

const SYSTEM = 'xos-system';
const DEMO = 'demo-trust';
const TEAM = 'team-a';
const [example = ''] = commandsBelow('The first example');

/** What an example is in the end, without the operator: what it declares, and what every namespace has. */
const LEFT = [
  'ConfigMap demo-trust/kube-root-ca.crt',
  'Namespace /demo-trust',
  'Pod demo-trust/demo-pod',
  'ServiceAccount demo-trust/default',
  'ServiceAccount demo-trust/demo-account',
];
const LEFT_IN_TEAM = [
  'ConfigMap team-a/kube-root-ca.crt',
  'Namespace /team-a',
  'Pod team-a/web',
  'ServiceAccount team-a/default',
];

const bystander = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'bystander', namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'xos.local/busybox:1', command: ['sleep', '3600'] }] },
};

test('every way of docs/installation.md is here', () => {
  expect(chapters).toEqual(Object.keys(CHAPTERS));
  const typed = Object.values(CHAPTERS).flatMap((ways) => (typeof ways === 'string' ? [] : ways));
  expect(headings.filter((heading) => heading.startsWith('By '))).toEqual(typed);
  expect([...WAYS, RESTRICTED]).toEqual(typed);
});

describe('on a real node with nothing of ours', () => {
  let scene: Scene;
  let nothing: string[];
  beforeAll(async () => {
    scene = await Scene.start({ nodes: 'real', crds: false, operator: false });
    await scene.cluster.loadImage(testImage());
    await scene.apply(bystander);
    await scene.kubectl('wait', '--for=condition=Ready', 'pod/bystander', '--timeout=60s');
    nothing = await everything();
  });
  afterAll(async () => {
    await scene.close();
  });

  /** All that there is, but for what comes and goes by itself. */
  async function everything(): Promise<string[]> {
    const resources = (await scene.kubectl('api-resources', '--verbs=list', '-o', 'name')).trim().split('\n');
    const lasting = resources.filter((name) => !/^(events|componentstatuses|leases)(\.|$)/.test(name)).join(',');
    const { items } = JSON.parse(await scene.kubectl('get', lasting, '-A', '-o', 'json')) as {
      items: { kind: string; metadata: { namespace?: string; name: string } }[];
    };
    return items.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).toSorted();
  }

  const untilLeft = async (expected: readonly string[]) => {
    let left: string[] = [];
    await scene
      .until(
        'the rest to be gone',
        async () => {
          left = (await everything()).filter((each) => !nothing.includes(each));
          return left.join() === expected.join() ? true : undefined;
        },
        60_000,
      )
      .catch(() => undefined);
    expect(left).toEqual(expected);
    expect(nothing.filter((each) => !left.includes(each))).toEqual(nothing);
  };

  const others = () => containersOf(scene, (namespace) => namespace !== SYSTEM);
  /** The pods of the operator that stay: which they are, and how they were started. */
  const copies = async () => {
    const pods = (await scene.list(Pods, SYSTEM)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return {
      uids: pods.map(({ metadata }) => metadata.uid),
      args: pods.map(({ spec }) => (spec.containers[0] as { args?: string[] }).args ?? []),
    };
  };
  /** That the operator works: the example is Ready, and so is what is new; which goes again. */
  const expectWork = async () => {
    expect(await type(scene, example)).toMatch(/xosserviceinstance\S+\/demo-pod .* True +Reconciled/);
    await scene.apply(managed('XosConfigMap', 'news', { data: { a: 'b' } }, DEMO));
    await scene.untilReady(XosConfigMaps, `${DEMO}/news`);
    await scene.kubectl('delete', 'xosconfigmap', '-n', DEMO, 'news');
    await scene.untilGone(ConfigMaps, `${DEMO}/news`);
  };

  describe.each(WAYS)('%s', (way) => {
    const [install = '', ...more] = commandsBelow(way);
    const [changes, remove] = [more.slice(0, -1), more.at(-1) ?? ''];

    test('the example is Ready, and a container', async () => {
      await type(scene, install);
      await expectWork();
      const pod = await scene.get(Pods, `${DEMO}/demo-pod`);
      expect(pod?.status?.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
      expect((await copies()).uids).toHaveLength(2);
    });

    if (changes.length > 0)
      test('changed, and changed back, the operator is another one, and all the rest as it was', async () => {
        const [containers, first] = [await others(), await copies()];
        let before = first;
        for (const commands of changes) {
          await type(scene, commands);
          const now = await copies();
          expect(now.uids.filter((uid) => before.uids.includes(uid))).toEqual([]);
          expect(now.args).not.toEqual(before.args);
          expect(await scene.get(Deployments, `${SYSTEM}/xos-operator`)).toMatchObject({
            status: { replicas: 2, availableReplicas: 2 },
          });
          await expectWork();
          expect(await others()).toEqual(containers);
          before = now;
        }
        expect(before.args).toEqual(first.args);
      });

    test('it goes, what runs stays as it is, and nothing else is left', async () => {
      const before = await others();
      expect(before).toHaveLength(2);
      for (const commands of [...commandsBelow('Taking all of it away'), remove]) await type(scene, commands);
      await untilLeft(LEFT);
      expect(await others()).toEqual(before);
      await scene.kubectl('delete', 'namespace', DEMO, '--timeout=60s');
      await untilLeft([]);
    });
  });

  describe(RESTRICTED, () => {
    const [install = '', declare = '', remove = ''] = commandsBelow(RESTRICTED);

    test('what is declared there is Ready, and a container', async () => {
      await type(scene, install);
      expect(await type(scene, declare)).toMatch(/xosserviceinstance\S+\/web .* True +Reconciled/);
      const pod = await scene.get(Pods, `${TEAM}/web`);
      expect(pod?.status?.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
      const mirrored = (await scene.list(XosServiceInstances)).map(({ metadata }) => metadata.namespace);
      expect(mirrored).toEqual([TEAM]);
    });

    test('it goes, what runs there stays as it is, and nothing else is left', async () => {
      const before = await others();
      expect(before).toHaveLength(2);
      await type(scene, remove);
      await untilLeft(LEFT_IN_TEAM);
      expect(await others()).toEqual(before);
    });
  });
});
