/**
 * The operator is killed at each write of joining and of leaving, before the write gets through or before its answer comes
 * back: what there is then harms nobody, and the next operator goes on by itself. Nothing is deleted, and no pod restarts.
 */
import {
  CronJobs,
  DaemonSets,
  Deployments,
  Jobs,
  Namespaces,
  Pods,
  ReplicaSets,
  ServiceAccounts,
  StatefulSets,
} from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { Key } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { untilExact } from '../support/inventory.ts';
import { daemonSet, deployment, managed, namespace, pod, statefulSet } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'crashes';
const TAKE_OVER = { adoptionPolicy: 'AdoptIfUnowned' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A write, by what it goes to. */
type Write = 'foreign' | 'ours' | 'status';

/** One sort of object, and how its custom resource is called. */
interface Sort {
  readonly foreign: Resource;
  readonly ours: Resource;
  readonly make: (name: string) => object[];
  readonly nameOfOurs: (name: string) => string;
  /** How many pods come with it. */
  readonly pods: number;
  /** What is declared to join it; undefined where a mirror is turned to managed. */
  readonly declared?: object;
  /** What a mirror that is turned to managed says beyond that. */
  readonly wants?: object;
  /** What Ready says when it is ours. */
  readonly reason: 'Reconciled' | 'Progressing';
}

/** One of them in a test. */
interface Case {
  readonly sort: Sort;
  readonly name: string;
}

const same = (name: string) => name;
const MIRRORED = { nameOfOurs: same, pods: 1, reason: 'Reconciled' } as const;
const DECLARED = { nameOfOurs: same, pods: 0, declared: {}, reason: 'Reconciled' } as const;
const plain = (kind: string, body: object) => (name: string) => [
  { apiVersion: 'v1', kind, metadata: { name, namespace: NS }, ...body },
];
const slice = (foreign: Resource, make: (ns: string, name: string) => object, pods = 1): Sort => ({
  ...MIRRORED,
  foreign,
  ours: XosSlices,
  make: (name) => [make(NS, name)],
  nameOfOurs: (name) => `${name}.${foreign.kind.toLowerCase()}`,
  pods,
});
/** Has no pods, so no mirror either. */
const idleSlice = (foreign: Resource, specOf: (name: string) => object): Sort => ({
  ...DECLARED,
  foreign,
  ours: XosSlices,
  make: (name) => [
    {
      apiVersion: `${foreign.group}/v1`,
      kind: foreign.kind,
      metadata: { name, namespace: NS },
      spec: specOf(name),
    },
  ],
  declared: { controllerKind: foreign.kind },
});
const once = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } };
const labelled = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'a:1' }] },
});

const DEPLOYMENT = slice(Deployments, deployment);
const SORTS: readonly Sort[] = [
  DEPLOYMENT,
  slice(StatefulSets, statefulSet),
  slice(DaemonSets, daemonSet, 3),
  idleSlice(ReplicaSets, (name) => ({
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: labelled(name),
  })),
  { ...idleSlice(Jobs, () => ({ suspend: true, template: once })), reason: 'Progressing' },
  idleSlice(CronJobs, () => ({ schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } })),
  { ...MIRRORED, foreign: Pods, ours: XosServiceInstances, make: (name) => [pod(NS, name)] },
  {
    ...MIRRORED,
    foreign: Namespaces,
    ours: XosTrustDomains,
    make: (name) => [namespace(name), pod(name, `${name}-p`)],
    // It gets no owner, so without this nothing would be written to it.
    wants: { namespaceLabels: { team: 'a' } },
  },
  { ...MIRRORED, foreign: ServiceAccounts, ours: XosPrincipals, make: accountWithPod },
  {
    ...DECLARED,
    foreign: Services,
    ours: XosServices,
    make: plain('Service', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
  },
  { ...DECLARED, foreign: ConfigMaps, ours: XosConfigMaps, make: plain('ConfigMap', { data: { a: '1' } }) },
  { ...DECLARED, foreign: Secrets, ours: XosSecrets, make: plain('Secret', { stringData: { a: '1' } }) },
];

/** An account has a mirror if a pod runs with it. */
function accountWithPod(name: string): object[] {
  const user = pod(NS, `${name}-p`);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NS } },
    { ...user, spec: { ...user.spec, serviceAccountName: name } },
  ];
}

/** How one way is gone. */
interface Way {
  readonly word: string;
  readonly writes: (sort: Sort) => number;
  /** Which of them has to come first; undefined where the order does not matter. */
  readonly first: (sort: Sort) => Write | undefined;
}

/** A mirror lets go, the object is taken, and the status says so. */
const JOINING: Way = {
  word: 'in',
  writes: ({ declared }) => (declared === undefined ? 3 : 2),
  first: ({ declared }) => (declared === undefined ? 'ours' : 'foreign'),
};
/** The object is let go of, and what was its keeper becomes its mirror. The two at the end come from two controllers, in any order. */
const LEAVING: Way = {
  word: 'out',
  writes: () => 3,
  // A namespace is not owned, so its mirror need not wait.
  first: ({ foreign }) => (foreign.namespaced ? 'foreign' : undefined),
};

/**
 * At which write the operator is killed, and how: the API server has not seen it (refused), or has answered it, and the
 * operator does not know (unanswered).
 */
const CRASHES = [
  ...[1, 2, 3].map((step) => ({ step, fate: 'refused' as const })),
  ...[1, 2].map((step) => ({ step, fate: 'unanswered' as const })),
];
interface Crash {
  readonly step: number;
  readonly fate: 'refused' | 'unanswered';
}

/** What was seen before a crash. */
interface Before {
  readonly uids: string[];
  readonly foreign: string[];
  readonly mark: number;
}

describe('a crash at each write', () => {
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
  const keyIn = ({ namespaced }: Resource, name: string): Key => (namespaced ? `${NS}/${name}` : name);
  const keyOfOurs = ({ sort, name }: Case) => keyIn(sort.ours, sort.nameOfOurs(name));
  const patch = (each: Case, spec: object) =>
    scene.client.patch(each.sort.ours, keyOfOurs(each), { type: 'merge', body: { spec } });
  const findOf = async (each: Case) => ({
    foreign: await scene.get(each.sort.foreign, keyIn(each.sort.foreign, each.name)),
    ours: await scene.get(each.sort.ours, keyOfOurs(each)),
  });
  const podUids = async () => (await scene.list(Pods)).map(({ metadata }) => metadata.uid).sort();
  const uidsOf = async (cases: readonly Case[]) =>
    await Promise.all(cases.map(async (each) => (await findOf(each)).foreign?.metadata.uid ?? `no ${each.name}`));
  const namesOf = (cases: readonly Case[]) => cases.map(({ name }) => name);
  /** A namespace is ours by the fields that we keep of it. */
  const isOurs = ({ foreign: { namespaced }, ours }: Sort, foreign: KubeObject | undefined) =>
    namespaced
      ? ownersOf(foreign).includes(ours.kind)
      : (foreign?.metadata.managedFields ?? []).some(({ manager }) => manager === 'xos-operator');

  /** The writes of the operator to these two objects that came to the API server. */
  function reached({ sort, name }: Case, mark: number): Write[] {
    const written = scene.audit.since(mark).filter(({ verb }) => verb !== 'get' && verb !== 'list');
    return written.flatMap(({ resource, name: of }): Write[] => {
      const [plural, subresource] = resource.split('/');
      if (plural === sort.foreign.plural && of === name) return ['foreign'];
      if (plural !== sort.ours.plural || of !== sort.nameOfOurs(name)) return [];
      return [subresource === 'status' ? 'status' : 'ours'];
    });
  }

  /** Lets the write of this number meet its fate; nothing that comes later gets through. `met` is called at it. */
  function breakAt({ step, fate }: Crash, { sort, name }: Case, met: () => void): void {
    const path = new RegExp(
      `/(${sort.foreign.plural}/${name}|${sort.ours.plural}/${sort.nameOfOurs(name)})(/status)?(\\?|$)`,
    );
    let writes = 0;
    const isWrite = ({ method, path: asked }: { method: string; path: string }) => method !== 'GET' && path.test(asked);
    proxy.rules.add({
      match: (request) => {
        if (!isWrite(request) || ++writes !== step) return false;
        met();
        return true;
      },
      action: fate === 'refused' ? { status: 500 } : 'drop-answer-after-forward',
    });
    proxy.rules.add({
      match: (request) => isWrite(request) && writes > step,
      action: { status: 500 },
    });
  }

  /** Carries out `act`; of each object the same write is the last. Then the operator dies. */
  async function crashAt(crash: Crash, cases: readonly Case[], act: () => Promise<unknown>): Promise<void> {
    const met = new Set<string>();
    for (const each of cases) breakAt(crash, each, () => met.add(each.name));
    await act();
    const isMissing = ({ name }: Case) => !met.has(name);
    await scene
      .until(`write ${crash.step} of all`, async () => await Promise.resolve(cases.some(isMissing) ? undefined : true))
      .catch((error: unknown) => {
        throw new Error(`Never at its write: ${namesOf(cases.filter(isMissing)).join()}.`, { cause: error });
      });
    await scene.operator?.kill();
    // What it sent at its end may still be in a socket, and must not get through either.
    await pause(1_000);
    proxy.rules.clear();
  }

  async function untilAll(
    what: string,
    cases: readonly Case[],
    isDone: (each: Case, foreign: KubeObject | undefined, ours: Live<KubeObject>) => boolean,
  ): Promise<void> {
    for (const each of cases)
      await scene.until(`${each.name} to be ${what}`, async () => {
        const { foreign, ours } = await findOf(each);
        return ours !== undefined && isDone(each, foreign, ours) ? true : undefined;
      });
  }

  const untilOurs = (cases: readonly Case[]) =>
    untilAll(
      'ours and ready',
      cases,
      ({ sort }, foreign, ours) =>
        isOurs(sort, foreign) && ownersOf(ours).length === 0 && readyOf(ours)?.reason === sort.reason,
    );
  const untilReleased = (cases: readonly Case[]) =>
    untilAll(
      'released and told of',
      cases,
      ({ sort }, foreign, ours) =>
        !isOurs(sort, foreign) && ownersOf(ours).join() === sort.foreign.kind && readyOf(ours)?.reason === 'Observed',
    );

  /** There is something that somebody else made and, if it has one, its mirror; its pods run. */
  async function settled(cases: readonly Case[]): Promise<void> {
    await scene.apply(...cases.flatMap(({ sort, name }) => sort.make(name)));
    const expected = cases.reduce((sum, { sort }) => sum + sort.pods, 0);
    await scene.until(`${expected} pods to be ready`, async () => {
      const pods = (await scene.list(Pods)).filter(({ metadata }) =>
        cases.some(({ name }) => metadata.name.startsWith(name)),
      );
      const isReady = ({ status }: (typeof pods)[number]) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
      return pods.filter(isReady).length === expected ? true : undefined;
    });
    for (const each of cases.filter(({ sort }) => sort.declared === undefined))
      await scene.untilReady(each.sort.ours, keyOfOurs(each), 'Observed');
    await pause(500);
  }

  async function join(cases: readonly Case[]): Promise<void> {
    const declared = cases.flatMap(({ sort, name }) =>
      sort.declared === undefined ? [] : [managed(sort.ours.kind, name, { ...sort.declared, ...TAKE_OVER }, NS)],
    );
    if (declared.length > 0) await scene.apply(...declared);
    const turned = cases.filter(({ sort }) => sort.declared === undefined);
    await Promise.all(turned.map((each) => patch(each, { xosManaged: true, ...TAKE_OVER, ...each.sort.wants })));
  }

  const seen = async (cases: readonly Case[]): Promise<Before> => ({
    uids: await podUids(),
    foreign: await uidsOf(cases),
    mark: scene.audit.mark(),
  });

  /** What was seen before the crash is there after it, and nothing was deleted on the way. */
  async function survived(cases: readonly Case[], before: Before): Promise<void> {
    expect(await uidsOf(cases)).toEqual(before.foreign);
    for (const each of cases) {
      const { foreign, ours } = await findOf(each);
      expect([each.name, foreign?.metadata.deletionTimestamp, ours?.metadata.name]).toEqual([
        each.name,
        undefined,
        each.sort.nameOfOurs(each.name),
      ]);
    }
    expect(await podUids()).toEqual(before.uids);
    expect(scene.audit.since(before.mark).filter(({ verb }) => verb.startsWith('delete'))).toEqual([]);
  }

  /** Of each object just those of its writes came to the API server that come before the crash. */
  function brokeOff({ step, fate }: Crash, cases: readonly Case[], mark: number, { first }: Way): void {
    const through = fate === 'refused' ? step - 1 : step;
    for (const each of cases) {
      const writes = reached(each, mark);
      expect([each.name, writes.length, writes]).toEqual([each.name, through, writes]);
      expect([each.name, writes[0]]).toEqual([each.name, through > 0 ? (first(each.sort) ?? writes[0]) : undefined]);
    }
  }

  /** All that are written to so often. */
  const casesOf = ({ step, fate }: Crash, { word, writes }: Way): Case[] =>
    SORTS.filter((sort) => writes(sort) >= step).map((sort) => ({
      sort,
      name: `${word}-${sort.foreign.kind.toLowerCase()}-${fate.slice(0, 1)}${step}`,
    }));

  test.each(CRASHES)('write $step of joining, $fate, is made up for', async (crash) => {
    const cases = casesOf(crash, JOINING);
    await settled(cases);
    const before = await seen(cases);
    await crashAt(crash, cases, () => join(cases));
    brokeOff(crash, cases, before.mark, JOINING);
    await survived(cases, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilOurs(cases);
    await survived(cases, before);
  });

  test.each(CRASHES)('write $step of a release, $fate, is made up for', async (crash) => {
    const cases = casesOf(crash, LEAVING);
    await settled(cases);
    await join(cases);
    await untilOurs(cases);
    const before = await seen(cases);
    await crashAt(crash, cases, () => Promise.all(cases.map((each) => patch(each, { xosManaged: false }))));
    brokeOff(crash, cases, before.mark, LEAVING);
    await survived(cases, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilReleased(cases);
    await survived(cases, before);
  });

  test.each([1, 2, 3])('write %i of giving back all that is managed is made up for', async (step) => {
    const cases = [{ sort: DEPLOYMENT, name: `all-${step}` }];
    await settled(cases);
    await join(cases);
    await untilOurs(cases);
    const before = await seen(cases);
    await crashAt({ step, fate: 'refused' }, cases, () => scene.setMode('Release'));
    await pause(1_000);
    await survived(cases, before);
    await scene.startOperator([], proxy.kubeconfig);
    await untilReleased(cases);
    await scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);
    await survived(cases, before);
    await scene.setMode('Manage');
  });

  test.each([DEPLOYMENT])('a $foreign.kind stays if what was its mirror is deleted half-way', async (sort) => {
    const half = { sort, name: 'half' };
    await settled([half]);
    const before = await seen([half]);
    await crashAt({ step: 2, fate: 'refused' }, [half], () => join([half]));
    await scene.kubectl('delete', '-n', NS, sort.ours.plural, sort.nameOfOurs(half.name));
    await scene.startOperator([], proxy.kubeconfig);
    // The mirror comes back while the original lives.
    await untilReleased([half]);
    await survived([half], before);
    await untilExact(scene);
  });
});
