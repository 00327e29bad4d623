/**
 * Churn: everything that can happen to what others run, in a random order that can be had again. Whenever it is quiet the
 * inventory is exact, and of what is not ours nothing was written. `XOS_SEED` and `XOS_CHURN_SECONDS` change what happens
 * and how long.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  CronJobs,
  DaemonSets,
  Deployments,
  Jobs,
  type Pod,
  Pods,
  ReplicaSets,
  StatefulSets,
  type Workload,
} from '../../src/api/core.ts';
import { controllerOf } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { untilExact } from '../support/inventory.ts';
import { seeded } from '../support/orders.ts';
import { cronJob, daemonSet, deployment, job, namespace, pod, replicaSet, statefulSet } from '../support/samples.ts';
import { Scene, SERVICE } from '../support/scene.ts';

const SEED = Number(process.env['XOS_SEED'] ?? Date.now() % 100_000);
const SECONDS = Number(process.env['XOS_CHURN_SECONDS'] ?? 60);
/** So many things happen between two quiet points. */
const BETWEEN = 12;
const EXACT_MS = 90_000;
const NAMESPACES = ['churn-a', 'churn-b', 'churn-c'];
/** Those that people scale and roll the most are met the most. */
const CONTROLLERS = [
  Deployments,
  Deployments,
  Deployments,
  StatefulSets,
  StatefulSets,
  DaemonSets,
  ReplicaSets,
  Jobs,
  CronJobs,
];
const OPTED_OUT = 'deployments,statefulsets,replicasets,daemonsets,jobs,cronjobs';
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

describe(`churn with XOS_SEED=${SEED}`, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(...NAMESPACES.map(namespace));
  });
  afterAll(async () => {
    await scene.close();
  });

  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const whole = (below: number) => Math.floor(random() * below);
  const somewhere = () => pick(NAMESPACES) ?? 'churn-a';
  let made = 0;
  const fresh = () => `n${(made += 1)}`;

  /** A random object, if there is one; what is on its way out is left alone. */
  async function any<T extends KubeObject>(
    resource: Resource<T>,
    { ns, is = () => true }: { ns?: string; is?: (object: Live<T>) => boolean } = {},
  ): Promise<Live<T> | undefined> {
    const isOurs = ({ metadata }: Live<T>) =>
      metadata.deletionTimestamp === undefined && NAMESPACES.includes(metadata.namespace ?? '');
    return pick((await scene.list(resource, ns)).filter((each) => isOurs(each) && is(each)));
  }

  /** kubectl, whatever comes of it: in churn, what was there a moment ago may be gone. */
  const tried = async (...args: string[]) => void (await scene.kubectl(...args).catch(() => undefined));
  const create = async (...objects: object[]) => {
    await scene.apply(...objects).catch(() => undefined);
  };
  const anyWorkload = async () => await any<Workload>(pick(CONTROLLERS) ?? Deployments);
  const at = ({ kind, metadata }: Live<KubeObject>) => [
    '-n',
    metadata.namespace ?? '',
    `${kind.toLowerCase()}/${metadata.name}`,
  ];
  const onWorkload = async (act: (target: string[]) => Promise<void>) => {
    const workload = await anyWorkload();
    if (workload !== undefined) await act(at(workload));
  };
  const onPod = async (
    act: (target: string[], ns: string) => Promise<void>,
    is: (pod: Live<Pod>) => boolean = () => true,
  ) => {
    const found = await any(Pods, { is });
    if (found !== undefined) await act(at({ ...found, kind: 'Pod' }), found.metadata.namespace ?? '');
  };
  const isFree = (one: KubeObject) => controllerOf(one) === undefined;
  /** A ReplicaSet takes what its selector matches. At the same time it wants one more, or it would always throw one away. */
  const handOver = async (target: string[], ns: string) => {
    const set = await any<Workload>(ReplicaSets, { ns });
    if (set === undefined) return;
    const { replicas = 0, selector } = set.spec as { replicas?: number; selector: { matchLabels: object } };
    const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    await Promise.all([
      tried('label', ...target, ...labels, '--overwrite'),
      tried('scale', ...at({ ...set, kind: 'ReplicaSet' }), `--replicas=${replicas + 1}`),
    ]);
  };
  const adopt = async (adoption: object) => await scene.apply({ ...SERVICE, spec: { adoption } });

  const HAPPENINGS: readonly (readonly [what: string, weight: number, act: () => Promise<void>])[] = [
    ['a Deployment comes', 5, async () => await create(deployment(somewhere(), fresh(), 1 + whole(4)))],
    ['a StatefulSet comes', 3, async () => await create(statefulSet(somewhere(), fresh(), 1 + whole(3)))],
    ['a DaemonSet comes', 1, async () => await create(daemonSet(somewhere(), fresh()))],
    ['a ReplicaSet comes', 2, async () => await create(replicaSet(somewhere(), fresh(), 1 + whole(3)))],
    ['a Job comes', 3, async () => await create(job(somewhere(), fresh()))],
    [
      'a CronJob comes, and a Job of it',
      2,
      async () => {
        const [ns, name] = [somewhere(), fresh()];
        await create(cronJob(ns, name));
        await tried('create', 'job', '-n', ns, `${name}-now`, `--from=cronjob/${name}`);
      },
    ],
    ['a bare pod comes', 4, async () => await create(pod(somewhere(), fresh()))],
    [
      'a controller is scaled',
      5,
      async () => await onWorkload(async (it) => await tried('scale', ...it, `--replicas=${whole(5)}`)),
    ],
    [
      'a controller is rolled',
      4,
      async () => await onWorkload(async (it) => await tried('set', 'image', ...it, `c=app:${whole(9)}`)),
    ],
    ['a controller goes', 3, async () => await onWorkload(async (it) => await tried('delete', ...it, '--wait=false'))],
    [
      'a controller goes and leaves its pods',
      2,
      async () => await onWorkload(async (it) => await tried('delete', ...it, '--cascade=orphan', '--wait=false')),
    ],
    [
      'a controller is opted out',
      2,
      async () => await onWorkload(async (it) => await tried('annotate', ...it, 'xos.opencord.org/adopt=false')),
    ],
    ['a pod goes', 5, async () => await onPod(async (it) => await tried('delete', ...it, '--wait=false'))],
    [
      'a pod leaves its controller',
      3,
      async () => await onPod(async (it) => await tried('label', ...it, 'app=nobody', '--overwrite')),
    ],
    // Only on a controller does it name a slice.
    [
      'a pod is labelled with a slice',
      2,
      async () =>
        await onPod(async (it) => await tried('label', ...it, `xos.opencord.org/slice=s${whole(3)}`, '--overwrite')),
    ],
    ['a pod, with or without a controller, is handed to a ReplicaSet', 3, async () => await onPod(handOver)],
    ['a pod without a controller is handed to a ReplicaSet', 2, async () => await onPod(handOver, isFree)],
    [
      'a ReplicaSet comes for a pod without a controller',
      3,
      async () =>
        await onPod(async (it, ns) => {
          const name = fresh();
          await tried('label', ...it, `app=${name}`, '--overwrite');
          await create(replicaSet(ns, name, 2));
        }, isFree),
    ],
    [
      'a pod goes and comes again at once',
      2,
      async () => {
        const [ns, name] = [somewhere(), 'again'];
        await tried('delete', 'pod', '-n', ns, name, '--ignore-not-found', '--grace-period=0', '--force');
        await create(pod(ns, name));
      },
    ],
    [
      'a namespace goes and comes',
      1,
      async () => {
        const ns = somewhere();
        await tried('delete', 'namespace', ns, '--timeout=60s');
        await create(namespace(ns));
      },
    ],
    ['finished pods do not count', 1, async () => await adopt({ finishedPods: 'Exclude' })],
    ['a namespace is filtered out', 1, async () => await adopt({ namespaces: { exclude: [somewhere()] } })],
    [
      'one namespace is selected',
      1,
      async () => await adopt({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': somewhere() } } }),
    ],
    [
      'pods of controllers are selected',
      1,
      async () => await adopt({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }),
    ],
    ['pods of nobody are selected', 1, async () => await adopt({ podSelector: { matchLabels: { app: 'nobody' } } })],
    ['pods are counted only', 1, async () => await adopt({ granularity: 'Slice' })],
    [
      'what is chosen is to be adopted, too',
      1,
      async () => {
        await tried('create', 'service', 'clusterip', fresh(), '-n', somewhere(), '--tcp=80');
        await adopt({ resources: ['Services', 'ConfigMaps', 'Secrets'] });
      },
    ],
    ['there is to be no inventory', 1, async () => await adopt({ enabled: false })],
    ['there is little room', 1, async () => await adopt({ maxObjects: 5 })],
    ['all is to be adopted', 2, async () => await adopt({})],
    [
      'the operator is killed',
      2,
      async () => {
        await scene.operator?.kill();
        await pause(whole(1_000));
        await scene.startOperator();
      },
    ],
    [
      'the API server restarts',
      1,
      async () => {
        await scene.cluster.stopApiServer();
        await pause(whole(2_000));
        await scene.cluster.startApiServer();
      },
    ],
  ];

  async function somethingHappens(): Promise<string> {
    const total = HAPPENINGS.reduce((sum, [, weight]) => sum + weight, 0);
    let left = random() * total;
    for (const [what, weight, act] of HAPPENINGS) {
      left -= weight;
      if (left > 0) continue;
      await act();
      return what;
    }
    return 'nothing';
  }

  /** Opting out is not in the oracle: at a quiet point everything is in, also what a ReplicaSet kept of a Deployment that left it. */
  async function untilQuiet(): Promise<void> {
    await adopt({});
    for (const ns of NAMESPACES) await tried('annotate', '-n', ns, OPTED_OUT, '--all', 'xos.opencord.org/adopt-');
    await untilExact(scene, EXACT_MS);
  }

  test(
    `leaves the inventory exact, and what is not ours untouched (${SECONDS} s)`,
    async () => {
      const mark = scene.audit.mark();
      const until = Date.now() + SECONDS * 1_000;
      const story: string[] = [];
      while (Date.now() < until) {
        for (let i = 0; i < BETWEEN; i += 1) story.push(await somethingHappens());
        await untilQuiet().catch((error: unknown) => {
          throw new Error(`After ${story.slice(-BETWEEN).join('; ')}.`, { cause: error });
        });
      }
      const foreign = scene.audit
        .since(mark)
        .filter(({ verb, resource }) => WRITES.has(verb) && !resource.startsWith('xos') && resource !== 'events');
      expect(foreign.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([]);
      expect(story.length).toBeGreaterThan(BETWEEN);
      process.stderr.write(`churn: ${story.length} happenings with XOS_SEED=${SEED}\n`);
    },
    SECONDS * 1_000 + 300_000,
  );
});
