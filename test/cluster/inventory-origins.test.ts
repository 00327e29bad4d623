/** Which slice each sort of foreign pod is in, what stands above it, and who put it there: what the mirrors in a cluster say. */
import { type XosServiceInstance, XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { untilExact } from '../support/inventory.ts';
import { cronJob, daemonSet, deployment, job, namespace, pod, replicaSet, statefulSet } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'origins';
const GROUP = 'db.example.com';
const APPLIED = ['kubectl', 'kubectl-client-side-apply', 'metadata.managedFields'] as const;

const ETCD_CLUSTERS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `etcdclusters.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'EtcdCluster', plural: 'etcdclusters' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

type Meta = Partial<KubeObject['metadata']>;
type Applied = KubeObject & { spec: object };
const withMeta = (object: Applied, metadata: Meta): Applied => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});
function replicationController(name: string): Applied {
  const template = { metadata: { labels: { app: name } }, spec: pod(NS, name).spec };
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, namespace: NS },
    spec: { replicas: 1, selector: { app: name }, template },
  };
}

/** An object that somebody applies, and what is said of its pod. */
interface Origin {
  readonly object: Applied;
  /** The highest controller; left out: there is none. */
  readonly root?: string;
  readonly from: readonly [source: string, name: string, evidence: string];
}

interface Row extends Origin {
  readonly what: string;
}

/** An object that bears a mark says so itself, and its pod on which object the mark was. */
const marked = (mark: Meta, object: Applied, [source, name, key]: readonly [string, string, string]): Row => {
  const place = mark.labels === undefined ? 'annotations' : 'labels';
  const at = object.kind === 'Pod' ? '' : ` of ${object.kind} ${object.metadata.name}`;
  return {
    what: `${object.kind} with the mark ${key} of ${source}`,
    object: withMeta(object, mark),
    ...(object.kind !== 'Pod' && { root: `${object.kind} ${object.metadata.name}` }),
    from: [source, name, `metadata.${place}[${key}]${at}`],
  };
};

const applied = (what: string, object: Applied, root: string): Row => ({
  what,
  object,
  root,
  from: [APPLIED[0], APPLIED[1], `${APPLIED[2]} of ${root}`],
});

const ORIGINS: readonly Row[] = [
  { what: 'bare pod that somebody applied', object: pod(NS, 'bare'), from: APPLIED },
  applied('ReplicationController', replicationController('old'), 'ReplicationController old'),
  applied('ReplicaSet without a Deployment', replicaSet(NS, 'single'), 'ReplicaSet single'),
  applied('CronJob, by its Job', cronJob(NS, 'nightly'), 'CronJob nightly'),
  applied('Job without a CronJob', job(NS, 'once'), 'Job once'),
  applied('DaemonSet', daemonSet(NS, 'agent'), 'DaemonSet agent'),
  marked(
    { annotations: { 'argocd.argoproj.io/tracking-id': `shop:apps/Deployment:${NS}/argo` } },
    deployment(NS, 'argo'),
    ['ArgoCD', 'shop', 'argocd.argoproj.io/tracking-id'],
  ),
  marked({ labels: { 'argocd.argoproj.io/instance': 'shop' } }, pod(NS, 'argopod'), [
    'ArgoCD',
    'shop',
    'argocd.argoproj.io/instance',
  ]),
  marked(
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    statefulSet(NS, 'flux'),
    ['Flux', 'flux-system/apps', 'kustomize.toolkit.fluxcd.io/name'],
  ),
  marked(
    { labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': NS } },
    daemonSet(NS, 'fluxhelm'),
    ['Flux', 'web', 'helm.toolkit.fluxcd.io/name'],
  ),
  marked({ labels: { 'olm.owner': 'etcd.v1', 'olm.owner.namespace': 'operators' } }, deployment(NS, 'olm'), [
    'OLM',
    'operators/etcd.v1',
    'olm.owner',
  ]),
  marked({ labels: { 'olm.operatorframework.io/owner-name': 'argo' } }, replicaSet(NS, 'extension'), [
    'OLM',
    'argo',
    'olm.operatorframework.io/owner-name',
  ]),
  marked({ labels: { 'operators.coreos.com/etcd.operators': '' } }, pod(NS, 'olmpod'), [
    'OLM',
    'etcd.operators',
    'operators.coreos.com/etcd.operators',
  ]),
  marked(
    { annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': NS } },
    cronJob(NS, 'released'),
    ['Helm', 'web', 'meta.helm.sh/release-name'],
  ),
  marked({ labels: { 'helm.sh/chart': 'web-1.2' } }, replicationController('chart'), [
    'Helm',
    'web-1.2',
    'helm.sh/chart',
  ]),
];

describe('where foreign pods come from', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS), ETCD_CLUSTERS, ...ORIGINS.map(({ object }) => object));
    for (const cron of ['nightly', 'released'])
      await scene.kubectl('create', 'job', '-n', NS, `${cron}-now`, `--from=cronjob/${cron}`);
  });
  afterAll(async () => {
    await scene.close();
  });

  /** The mirror of the pod of this name, or of the one pod that a controller of this name has. */
  const mirrorOf = async (name: string): Promise<Live<XosServiceInstance>> =>
    await scene.until(`the mirror of a pod of ${name} to say where it is from`, async () =>
      (await scene.list(XosServiceInstances, NS)).find(
        ({ spec: { resourceName = '' }, status }) =>
          (resourceName === name || resourceName.startsWith(`${name}-`)) && status?.provenance !== undefined,
      ),
    );
  const inWords = (owner: { kind: string; name: string } | undefined) => owner && `${owner.kind} ${owner.name}`;
  const sliceOf = (root: string | undefined) => root?.split(' ').toReversed().join('.').toLowerCase();

  const expectPod = async ({ object, root, from: [source, name, evidence] }: Origin, slice: string | undefined) => {
    const { spec, status } = await mirrorOf(object.metadata.name);
    expect([spec.sliceRef?.name, inWords(status?.rootOwner)]).toEqual([slice, root]);
    expect(status?.provenance).toEqual({ source, name, evidence });
  };
  /** The slice is about the controller on which the mark was found. */
  const expectSlice = async ({ root, from: [source, name, evidence] }: Origin, slice: string) => {
    const { spec, status } = await scene.untilReady(XosSlices, `${NS}/${slice}`, 'Observed');
    expect([spec.xosManaged, inWords(status?.rootOwner)]).toEqual([false, root]);
    expect(status?.provenance).toEqual({ source, name, evidence: evidence.split(' of ')[0] });
  };

  test.each(ORIGINS)('a $what', async (origin) => {
    const slice = sliceOf(origin.root);
    await expectPod(origin, slice);
    if (slice !== undefined) await expectSlice(origin, slice);
  });

  /** Another operator: what it controls, it put there, whatever wrote it. */
  const ownedByEtcd = async (object: Applied) => {
    const uid = await scene.kubectl('get', 'etcdcluster', '-n', NS, 'main', '-o', 'jsonpath={.metadata.uid}');
    const owner = { apiVersion: `${GROUP}/v1`, kind: 'EtcdCluster', name: 'main', uid, controller: true };
    return withMeta(object, { ownerReferences: [owner] });
  };

  test('a pod, and a controller, of a kind that nobody knows', async () => {
    await scene.kubectl('wait', '--for=condition=Established', `crd/etcdclusters.${GROUP}`, '--timeout=30s');
    await scene.apply({ apiVersion: `${GROUP}/v1`, kind: 'EtcdCluster', metadata: { name: 'main', namespace: NS } });
    const [member, store] = [await ownedByEtcd(pod(NS, 'member')), await ownedByEtcd(statefulSet(NS, 'store'))];
    await scene.apply(member, store);
    const root = 'EtcdCluster main';
    const [source, name, evidence] = ['Operator', 'EtcdCluster/main', 'metadata.ownerReferences'];
    await expectPod({ object: member, root, from: [source, name, evidence] }, 'main.etcdcluster');
    const stored: Origin = { object: store, root, from: [source, name, `${evidence} of StatefulSet store`] };
    await expectPod(stored, 'store.statefulset');
    await expectSlice(stored, 'store.statefulset');
    // Nobody watches the custom resource, so of that its metadata is read.
    const { status } = await scene.untilReady(XosSlices, `${NS}/main.etcdcluster`, 'Observed');
    expect(inWords(status?.rootOwner)).toBe(root);
    expect(status?.provenance).toEqual({
      source: 'kubectl',
      name: 'kubectl-client-side-apply',
      evidence: 'metadata.managedFields',
    });
  });

  test('a pod that something wrote which nobody knows', async () => {
    await scene.kubectl('run', 'typed', '-n', NS, '--image=app:1', '--restart=Never');
    await scene.kubectl('run', 'planned', '-n', NS, '--image=app:1', '--restart=Never', '--field-manager=terraform');
    const evidence = 'metadata.managedFields';
    await expectPod({ object: pod(NS, 'typed'), from: ['kubectl', 'kubectl-run', evidence] }, undefined);
    await expectPod({ object: pod(NS, 'planned'), from: ['Other', 'terraform', evidence] }, undefined);
  });

  test('all of them together are an exact inventory', async () => {
    await untilExact(scene);
  });
});
