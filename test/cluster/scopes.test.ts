/**
 * What is in the inventory: every filter adds and removes mirrors as it changes, the breaker keeps its bound, and the
 * XosKubernetesService counts. What is out of it is left exactly as it was.
 */
import { type XosKubernetesService, XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { writesTo } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { Scene, SERVICE } from '../support/scene.ts';

const MIRRORED = [XosServiceInstances, XosSlices, XosTrustDomains, XosPrincipals, XosImages];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Counts by namespace, in one order. */
function inWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .toSorted()
    .join();
}

describe('the scope of the inventory', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace('shop-a'), namespace('shop-b'), namespace('other'));
    await scene.kubectl('label', 'namespace', 'shop-b', 'tier=gold');
    await scene.apply(deployment('shop-a', 'web', 3), deployment('shop-b', 'web', 2), deployment('other', 'web', 1));
    await scene.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once', namespace: 'other' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } },
    });
    await scene.kubectl('wait', '-n', 'other', 'job/once', '--for=condition=Complete', '--timeout=60s');
    await untilExact(scene);
  });
  afterAll(async () => {
    await scene.close();
  });

  const adopt = (adoption: object) => scene.apply({ ...SERVICE, spec: { adoption } });

  /** `namespace/name`, or the name, of the mirrors of a kind. */
  async function mirrorsOf(resource: (typeof MIRRORED)[number]): Promise<string[]> {
    const all = (await scene.list(resource as typeof XosSlices)).filter(({ spec }) => !spec.xosManaged);
    return all.map(({ metadata }) => [metadata.namespace, metadata.name].filter(Boolean).join('/')).toSorted();
  }

  /** Waits until the pods of just these namespaces, so many of each, are mirrored. */
  async function untilPods(expected: Record<string, number>): Promise<void> {
    let found: Record<string, number> = {};
    await scene
      .until('the mirrors', async () => {
        found = {};
        for (const key of await mirrorsOf(XosServiceInstances)) {
          const [ns = ''] = key.split('/');
          found[ns] = (found[ns] ?? 0) + 1;
        }
        return inWords(found) === inWords(expected) ? true : undefined;
      })
      .catch((error: unknown) => {
        throw new Error(`There are ${JSON.stringify(found)}.`, { cause: error });
      });
  }

  const ALL = { 'shop-a': 3, 'shop-b': 2, other: 2 };

  test.each<[string, object, Record<string, number>]>([
    ['namespaces by glob', { namespaces: { include: ['shop-*'] } }, { 'shop-a': 3, 'shop-b': 2 }],
    ['all but some namespaces', { namespaces: { exclude: ['shop-?'] } }, { other: 2 }],
    ['namespaces by label', { namespaceSelector: { matchLabels: { tier: 'gold' } } }, { 'shop-b': 2 }],
    [
      'pods by label',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
      { ...ALL, other: 1 },
    ],
    ['pods that run', { finishedPods: 'Exclude' }, { ...ALL, other: 1 }],
    ['slices alone', { granularity: 'Slice' }, {}],
    ['nothing', { enabled: false }, {}],
  ])('%s, and back to all', async (_what, adoption, expected) => {
    await adopt(adoption);
    await untilPods(expected);
    const slices = await mirrorsOf(XosSlices);
    if ('granularity' in adoption) {
      expect(slices).toEqual([
        'other/once.job',
        'other/web.deployment',
        'shop-a/web.deployment',
        'shop-b/web.deployment',
      ]);
      const counts = await scene.until('the counts', async () => {
        const { status } = (await scene.get(XosSlices, 'shop-a/web.deployment')) ?? {};
        return status?.replicas === undefined ? undefined : status;
      });
      expect(counts).toMatchObject({ instances: 3, replicas: 3, readyReplicas: 3 });
    } else {
      await scene.until('mirrors of nothing else', async () => {
        const domains = await mirrorsOf(XosTrustDomains);
        return domains.every((name) => name in expected || name.startsWith('kube-')) ? true : undefined;
      });
    }
    await adopt({});
    await untilPods(ALL);
    await untilExact(scene);
  });

  test.each([
    ['a namespace', ['namespace', 'shop-b'], { 'shop-a': 3, other: 2 }],
    ['a controller', ['-n', 'shop-a', 'deployment', 'web'], { 'shop-b': 2, other: 2 }],
  ])('%s opts out by its annotation, and comes back', async (_what, target, expected) => {
    await scene.kubectl('annotate', ...target, 'xos.opencord.org/adopt=false');
    await untilPods(expected);
    await scene.kubectl('annotate', ...target, 'xos.opencord.org/adopt-');
    await untilPods(ALL);
    await untilExact(scene);
  });

  test('a pod opts out by its annotation', async () => {
    await scene.apply(pod('other', 'shy'));
    await untilPods({ ...ALL, other: 3 });
    await scene.kubectl('annotate', '-n', 'other', 'pod', 'shy', 'xos.opencord.org/adopt=false');
    await untilPods(ALL);
    await scene.kubectl('delete', 'pod', '-n', 'other', 'shy');
  });

  test('without an XosKubernetesService the inventory freezes; a new one goes on', async () => {
    await scene.kubectl('delete', 'xoskubernetesservice', 'kubernetes');
    const mark = scene.audit.mark();
    await scene.apply(pod('other', 'late'));
    await scene.kubectl('wait', '-n', 'other', 'pod/late', '--for=condition=Ready', '--timeout=30s');
    await pause(3_000);
    await untilPods(ALL);
    const writes = scene.audit.since(mark).filter(({ verb }) => ['create', 'patch', 'delete'].includes(verb));
    expect(
      writes.filter(({ resource }) => resource.startsWith('xos')).map(({ verb, resource }) => `${verb} ${resource}`),
    ).toEqual([]);
    await adopt({});
    await untilPods({ ...ALL, other: 3 });
    await scene.kubectl('delete', 'pod', '-n', 'other', 'late');
    await untilPods(ALL);
  });

  test('the mode Observe writes the inventory only', async () => {
    await scene.apply({ ...SERVICE, spec: { mode: 'Observe' } });
    await scene.apply(managed('XosConfigMap', 'declared', { data: { a: '1' } }, 'other'), pod('other', 'seen'));
    await untilPods({ ...ALL, other: 3 });
    const declared = await scene.until('it to say so', async () => {
      const object = await scene.kubectl('get', '-n', 'other', 'xosconfigmap', 'declared', '-o', 'json');
      return object.includes('has mode Observe') ? object : undefined;
    });
    expect(declared).toContain('"Paused"');
    expect(await scene.kubectl('get', 'configmap', '-n', 'other', '-o', 'name')).not.toContain('declared');
    await scene.apply({ ...SERVICE, spec: { mode: 'Manage' } });
    await scene.until('the ConfigMap', async () =>
      (await scene.kubectl('get', 'configmap', '-n', 'other', '-o', 'name')).includes('declared') ? true : undefined,
    );
    await scene.kubectl('delete', '-n', 'other', 'xosconfigmap/declared', 'pod/seen');
    await untilPods(ALL);
  });

  const service = async () => (await scene.get(XosKubernetesServices, 'kubernetes')) as XosKubernetesService;
  const condition = async (type: string) => (await service()).status?.conditions?.find((each) => each.type === type);
  const mirrorCount = async () => (await Promise.all(MIRRORED.map(mirrorsOf))).flat().length;

  test('above maxObjects nothing new is created, what is missing is counted, and it fills up when there is room', async () => {
    await adopt({ enabled: false });
    await scene.until('no mirror', async () => ((await mirrorCount()) === 0 ? true : undefined));
    await adopt({ maxObjects: 5 });
    const said = await scene.until('it to be said', async () => await condition('InventoryTruncated'));
    expect(await mirrorCount()).toBe(5);
    const { truncated = 0, adopted } = (await service()).status?.inventory ?? {};
    expect([adopted, said.status, said.reason]).toEqual([5, 'True', 'MaxObjects']);
    expect(said.message).toMatch(new RegExp(`has 5 mirrors, spec.adoption.maxObjects is 5, and ${truncated} more`));
    const mark = scene.audit.mark();
    await scene.apply(pod('other', 'one-too-many'));
    await scene.kubectl('wait', '-n', 'other', 'pod/one-too-many', '--for=condition=Ready', '--timeout=30s');
    await pause(3_000);
    expect(await mirrorCount()).toBe(5);
    expect(
      scene.audit.since(mark).filter(({ verb, resource }) => verb === 'create' && resource.startsWith('xos')),
    ).toEqual([]);
    // A mirror that goes makes room for one that waits.
    const [first = ''] = await mirrorsOf(XosImages);
    if (first !== '') await scene.kubectl('delete', 'xosimage', first);
    await pause(2_000);
    expect(await mirrorCount()).toBe(5);
    await adopt({ maxObjects: 1_000 });
    await untilPods({ ...ALL, other: 3 });
    await untilExact(scene);
    await scene.until(
      'it to be over',
      async () => ((await condition('InventoryTruncated')) === undefined ? true : undefined),
      30_000,
    );
    await scene.kubectl('delete', 'pod', '-n', 'other', 'one-too-many');
    await untilPods(ALL);
  });

  test('the XosKubernetesService counts, seldom, and never at rest', async () => {
    const total = await mirrorCount();
    await scene.until(
      'the count',
      async () => ((await service()).status?.inventory?.adopted === total ? true : undefined),
      30_000,
    );
    const { inventory } = (await service()).status ?? {};
    expect(inventory?.namespaces?.find(({ namespace: name }) => name === 'shop-a')).toEqual({
      namespace: 'shop-a',
      managed: 0,
      // The pods, their slice and their account.
      adopted: 5,
    });
    expect(inventory?.lastFullComparison).toMatch(/^\d{4}-/);
    const mark = scene.audit.mark();
    for (let replicas = 4; replicas <= 8; replicas += 1) {
      await scene.kubectl('scale', '-n', 'shop-a', 'deployment/web', `--replicas=${replicas}`);
      await pause(1_000);
    }
    await untilPods({ ...ALL, 'shop-a': 8 });
    await scene.until(
      'the count',
      async () => ((await service()).status?.inventory?.adopted === total + 5 ? true : undefined),
      30_000,
    );
    const statuses = scene.audit.since(mark).filter(({ resource }) => resource === 'xoskubernetesservices/status');
    expect(statuses.length).toBeLessThanOrEqual(3);
    const { version } = { version: JSON.stringify(await service()) };
    await scene.operator?.kill();
    await scene.startOperator();
    await pause(13_000);
    expect(JSON.stringify(await service())).toBe(version);
    await scene.kubectl('scale', '-n', 'shop-a', 'deployment/web', '--replicas=3');
    await untilPods(ALL);
  });

  test('and in all this the operator wrote to no pod', () => {
    const requests = scene.audit.since(0, { watches: true });
    expect(requests.filter(({ resource }) => resource === 'pods').map(({ verb }) => verb)).toContain('watch');
    expect(writesTo('pods', requests)).toEqual([]);
  });
});
