/**
 * The operator is killed before each write of joining and of leaving: what there is then harms nobody, and the next
 * operator goes on by itself. Nothing is deleted, and no pod restarts.
 */
import { Deployments, Pods } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { describeOnOwnCluster } from '../support/cluster.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'crashes';
const TAKE_OVER = { adoptionPolicy: 'AdoptIfUnowned' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One sort of object, and how its custom resource is called. */
interface Sort {
  readonly foreign: Resource;
  readonly ours: Resource;
  readonly make: (name: string) => object;
  readonly nameOfOurs: (name: string) => string;
}

const DEPLOYMENT: Sort = {
  foreign: Deployments,
  ours: XosSlices,
  make: (name) => deployment(NS, name),
  nameOfOurs: (name) => `${name}.deployment`,
};
const POD: Sort = {
  foreign: Pods,
  ours: XosServiceInstances,
  make: (name) => pod(NS, name),
  nameOfOurs: (name) => name,
};
const CONFIG_MAP: Sort = {
  foreign: ConfigMaps,
  ours: XosConfigMaps,
  make: (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NS }, data: { a: '1' } }),
  nameOfOurs: (name) => name,
};
/** Of a mirror: the reference, the object, the status. Of what is declared: the object. */
const JOINING = [
  ...[1, 2, 3].map((step) => ({ sort: DEPLOYMENT, step })),
  { sort: POD, step: 2 },
  { sort: CONFIG_MAP, step: 1 },
];
/** The object, the reference of the mirror, the status. */
const LEAVING = JOINING;

describeOnOwnCluster('a crash before each write', () => {
  let scene: Scene;
  let proxy: FaultProxy;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
    proxy = await startFaultProxy({ upstreamKubeconfig: scene.cluster.kubeconfig });
    await scene.apply(namespace(NS));
    await scene.startOperator([], proxy.kubeconfig);
  });
  afterEach(async () => {
    proxy.rules.clear();
    if (scene.operator?.running !== true) await scene.startOperator([], proxy.kubeconfig);
  });
  afterAll(async () => {
    await scene.operator?.stop();
    await proxy.close();
    await scene.close();
  });

  const ownersOf = (object: KubeObject | undefined) => (object?.metadata.ownerReferences ?? []).map(({ kind }) => kind);
  const patch = (sort: Sort, name: string, spec: object) =>
    scene.kubectl(
      'patch',
      '-n',
      NS,
      sort.ours.plural,
      sort.nameOfOurs(name),
      '--type=merge',
      '-p',
      JSON.stringify({ spec }),
    );
  const findOf = async (sort: Sort, name: string) => ({
    foreign: await scene.get(sort.foreign, `${NS}/${name}`),
    ours: await scene.get(sort.ours, `${NS}/${sort.nameOfOurs(name)}`),
  });
  const podUids = async () => (await scene.list(Pods, NS)).map(({ metadata }) => metadata.uid).sort();

  /** Carries out `act`; from the given write to these objects on, nothing comes through any more. Then the operator dies. */
  async function crashBefore(step: number, sort: Sort, name: string, act: () => Promise<unknown>): Promise<void> {
    const path = new RegExp(
      `/(${sort.foreign.plural}/${name}|${sort.ours.plural}/${sort.nameOfOurs(name)})(/status)?(\\?|$)`,
    );
    let writes = 0;
    proxy.rules.add({
      match: ({ method, path: asked }) => method !== 'GET' && path.test(asked) && ++writes >= step,
      action: { status: 503, retryAfter: 60 },
    });
    await act();
    await scene.until(`write ${step} to be held`, async () => await Promise.resolve(writes >= step ? true : undefined));
    await scene.operator?.kill();
    proxy.rules.clear();
  }

  async function untilOurs(sort: Sort, name: string): Promise<Live<KubeObject>> {
    return await scene.until(`${name} to be ours and ready`, async () => {
      const { foreign, ours } = await findOf(sort, name);
      const isDone = ownersOf(foreign).includes(sort.ours.kind) && ours && readyOf(ours)?.reason === 'Reconciled';
      return isDone === true && ownersOf(ours).length === 0 ? foreign : undefined;
    });
  }

  async function untilReleased(sort: Sort, name: string): Promise<Live<KubeObject>> {
    return await scene.until(`${name} to be released and told of`, async () => {
      const { foreign, ours } = await findOf(sort, name);
      const isDone = ownersOf(foreign).length === 0 && ours && readyOf(ours)?.reason === 'Observed';
      return isDone === true && ownersOf(ours).join() === sort.foreign.kind ? foreign : undefined;
    });
  }

  /** There is something that somebody else made and, if it has one, its mirror. */
  async function settled(sort: Sort, name: string): Promise<void> {
    await scene.apply(sort.make(name));
    if (sort !== CONFIG_MAP) await scene.untilReady(sort.ours, `${NS}/${sort.nameOfOurs(name)}`, 'Observed');
  }

  const join = (sort: Sort, name: string) =>
    sort === CONFIG_MAP
      ? scene.apply(managed(sort.ours.kind, name, { ...TAKE_OVER }, NS))
      : patch(sort, name, { xosManaged: true, ...TAKE_OVER });

  /** What was seen before the crash is there after it, and nothing was deleted on the way. */
  async function survived(
    sort: Sort,
    name: string,
    before: { uids: string[]; mark: number; uid: string },
  ): Promise<void> {
    const { foreign, ours } = await findOf(sort, name);
    expect([foreign?.metadata.uid, foreign?.metadata.deletionTimestamp]).toEqual([before.uid, undefined]);
    expect(ours).toBeDefined();
    expect(await podUids()).toEqual(before.uids);
    expect(scene.audit.since(before.mark).filter(({ verb }) => verb.startsWith('delete'))).toEqual([]);
  }

  async function seen(sort: Sort, name: string): Promise<{ uids: string[]; mark: number; uid: string }> {
    const { foreign } = await findOf(sort, name);
    return { uids: await podUids(), mark: scene.audit.mark(), uid: foreign?.metadata.uid ?? '' };
  }

  test.each(JOINING)('write $step of joining a $sort.foreign.kind is made up for', async ({ sort, step }) => {
    const name = `in-${sort.foreign.kind.toLowerCase()}-${step}`;
    await settled(sort, name);
    const before = await seen(sort, name);
    await crashBefore(step, sort, name, () => join(sort, name));
    await pause(1_000);
    await survived(sort, name, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilOurs(sort, name);
    await survived(sort, name, before);
  });

  test.each(LEAVING)('write $step of a release of a $sort.foreign.kind is made up for', async ({ sort, step }) => {
    const name = `out-${sort.foreign.kind.toLowerCase()}-${step}`;
    await settled(sort, name);
    await join(sort, name);
    await untilOurs(sort, name);
    const before = await seen(sort, name);
    await crashBefore(step, sort, name, () => patch(sort, name, { xosManaged: false }));
    await pause(1_000);
    await survived(sort, name, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilReleased(sort, name);
    await survived(sort, name, before);
  });

  test.each([1, 2, 3])('write %i of giving back all that is managed is made up for', async (step) => {
    const name = `all-${step}`;
    await settled(DEPLOYMENT, name);
    await join(DEPLOYMENT, name);
    await untilOurs(DEPLOYMENT, name);
    const before = await seen(DEPLOYMENT, name);
    await crashBefore(step, DEPLOYMENT, name, () => scene.setMode('Release'));
    await pause(1_000);
    await survived(DEPLOYMENT, name, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilReleased(DEPLOYMENT, name);
    await scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);
    await survived(DEPLOYMENT, name, before);
    await scene.setMode('Manage');
  });

  test.each([DEPLOYMENT])('a $foreign.kind stays if what was its mirror is deleted half-way', async (sort) => {
    const name = `half-${sort.foreign.kind.toLowerCase()}`;
    await settled(sort, name);
    const before = await seen(sort, name);
    await crashBefore(2, sort, name, () => join(sort, name));
    await scene.kubectl('delete', '-n', NS, sort.ours.plural, sort.nameOfOurs(name));
    await scene.startOperator([], proxy.kubeconfig);
    // The mirror comes back while the original lives.
    await untilReleased(sort, name);
    await survived(sort, name, before);
    await untilExact(scene);
  });
});
