/**
 * What somebody else made survives create, update and delete of a custom resource of that name, byte for byte, for every
 * kind that makes something, whoever made it.
 */
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
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
import { Services } from '../../src/api/service.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { managed, namespace, pod } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'harm';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whose object it is. */
type Maker = 'kubectl' | 'Helm' | 'another controller';
const MAKERS: Maker[] = ['kubectl', 'Helm', 'another controller'];

interface Sort {
  what: string;
  /** The foreign object; quiet, so that nothing but us would change it. */
  foreign: Resource;
  body: object;
  ours: Resource;
  spec: object;
  /** A change that would reach the child. */
  change: object;
  /** What must be there beside the custom resource for it to want its child. */
  beside?: (name: string) => KubeObject[];
}

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'a:1' }] } };
const selector = { matchLabels: { app: 'x' } };
const never = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const nowhere = { ...template, spec: { ...template.spec, nodeSelector: { nobody: 'here' } } };
const slice = (controllerKind: string, foreign: Resource, body: object, spec: object = {}): Sort => ({
  what: `an XosSlice and a ${controllerKind}`,
  foreign,
  body: { spec: body },
  ours: XosSlices,
  spec: { controllerKind, image: 'a:1', ...spec },
  change: { controllerKind, image: 'a:2', ...spec },
});

const SORTS: Sort[] = [
  slice('Deployment', Deployments, { replicas: 0, selector, template }, { replicas: 3 }),
  slice('StatefulSet', StatefulSets, { replicas: 0, selector, template, serviceName: 'x' }, { replicas: 3 }),
  slice('DaemonSet', DaemonSets, { selector, template: nowhere }),
  slice('ReplicaSet', ReplicaSets, { replicas: 0, selector, template }, { replicas: 3 }),
  slice('Job', Jobs, { suspend: true, template: never }),
  slice(
    'CronJob',
    CronJobs,
    { suspend: true, schedule: '0 0 1 1 *', jobTemplate: { spec: { template: never } } },
    { schedule: '* * * * *' },
  ),
  {
    what: 'an XosServiceInstance and a Pod',
    foreign: Pods,
    body: { spec: pod(NS, 'x').spec },
    ours: XosServiceInstances,
    spec: { sliceRef: { name: 'group' }, image: 'a:1' },
    change: { sliceRef: { name: 'group' }, image: 'a:2' },
  },
  {
    what: 'an XosPrincipal and a ServiceAccount',
    foreign: ServiceAccounts,
    body: { automountServiceAccountToken: true },
    ours: XosPrincipals,
    spec: { automountToken: false },
    change: { automountToken: true },
  },
  {
    what: 'an XosConfigMap and a ConfigMap',
    foreign: ConfigMaps,
    body: { data: { a: 'theirs' } },
    ours: XosConfigMaps,
    spec: { data: { a: 'ours' } },
    change: { data: { a: 'ours still' } },
  },
  {
    what: 'an XosSecret and a Secret',
    foreign: Secrets,
    body: { stringData: { a: 'theirs' } },
    ours: XosSecrets,
    spec: { stringData: { a: 'ours' } },
    change: { stringData: { a: 'ours' }, type: 'other/type' },
  },
  {
    what: 'an XosService and a Service',
    foreign: Services,
    body: { spec: { ports: [{ port: 1 }] } },
    ours: XosServices,
    spec: {},
    change: { exposure: 'ClusterIP' },
    beside: (name) => [managed('XosServicePort', name, { serviceRef: { name }, internalPort: 80 }, NS)],
  },
  {
    what: 'an XosTrustDomain and a Namespace',
    foreign: Namespaces,
    body: {},
    ours: XosTrustDomains,
    spec: { adoptionPolicy: 'MustNotExist', namespaceLabels: { a: 'b' } },
    change: { adoptionPolicy: 'MustNotExist', namespaceLabels: { a: 'c' } },
  },
];

const CASES = SORTS.flatMap((sort, i) => MAKERS.map((maker, j) => ({ ...sort, maker, name: `h${i}-${j}` })));

describe('never harm', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS), managed('XosSlice', 'group', {}, NS));
    await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'boss', namespace: NS } });
  });
  afterAll(async () => {
    await scene.close();
  });

  /** The object as this maker would make it. */
  const madeBy = async (maker: Maker, { foreign, body }: Sort, name: string): Promise<KubeObject> => {
    const apiVersion = foreign.group === '' ? foreign.version : `${foreign.group}/${foreign.version}`;
    const metadata = { name, ...(foreign.namespaced && { namespace: NS }) };
    if (maker === 'kubectl') return { apiVersion, kind: foreign.kind, metadata, ...body };
    if (maker === 'Helm') {
      const annotations = { 'meta.helm.sh/release-name': 'release', 'meta.helm.sh/release-namespace': NS };
      const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
      return { apiVersion, kind: foreign.kind, metadata: { ...metadata, annotations, labels }, ...body };
    }
    const boss = await scene.get(ConfigMaps, `${NS}/boss`);
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid: boss?.metadata.uid ?? '', controller: true },
    ];
    // What is cluster-scoped cannot be owned by what is not: there the mark of another controller is a label of its own.
    const mark = foreign.namespaced
      ? { ownerReferences }
      : { annotations: { 'xos.opencord.org/owner-uid': 'of-another-operator' } };
    return { apiVersion, kind: foreign.kind, metadata: { ...metadata, ...mark }, ...body };
  };

  /** The object once nobody changes it any more. */
  const settled = async (resource: Resource, key: string): Promise<Live<KubeObject>> => {
    let last: string | undefined;
    return await scene.until(`${resource.kind} ${key} to be quiet`, async () => {
      const live = await scene.get(resource, key);
      await pause(400);
      const again = await scene.get(resource, key);
      const quiet = live !== undefined && live.metadata.resourceVersion === again?.metadata.resourceVersion;
      const twice = quiet && last === live.metadata.resourceVersion;
      last = live?.metadata.resourceVersion;
      return twice ? live : undefined;
    });
  };

  test.each(CASES)('$what made by $maker', async ({ maker, name, ...sort }) => {
    const { foreign, ours, spec, change, beside = () => [] } = sort;
    const [theirKey, ourKey] = [foreign, ours].map((each) => (each.namespaced ? `${NS}/${name}` : name));
    const declared = (fields: object) => managed(ours.kind, name, fields, ours.namespaced ? NS : undefined);
    await scene.apply(await madeBy(maker, sort, name));
    const before = await settled(foreign, theirKey ?? '');
    const untilRefused = async (generation: number) =>
      await scene.until(`${ours.kind} ${name} to be refused`, async () => {
        const live = await scene.get(ours, ourKey ?? '');
        const { observedGeneration } = (live as { status?: { observedGeneration?: number } } | undefined)?.status ?? {};
        const said = live && readyOf(live);
        return said?.reason === 'NameConflict' && (observedGeneration ?? 0) >= generation ? said : undefined;
      });

    await scene.apply(...beside(name), declared(spec));
    const said = await untilRefused(1);
    expect(said.message).toContain(`${foreign.kind} ${name}`);
    await scene.apply(declared(change));
    await untilRefused(2);
    await scene.kubectl('delete', ours.plural, name, ...(ours.namespaced ? ['-n', NS] : []));
    await pause(500);
    expect(await scene.get(foreign, theirKey ?? '')).toEqual(before);
  });

  test('and it is all there at the end, also after what garbage collection might have taken', async () => {
    await scene.kubectl('delete', 'xos', '--all', '-n', NS);
    await pause(2_000);
    for (const { foreign, name } of CASES) {
      const live = await scene.get(foreign, foreign.namespaced ? `${NS}/${name}` : name);
      expect([foreign.kind, name, live?.metadata.deletionTimestamp]).toEqual([foreign.kind, name, undefined]);
      expect(live).toBeDefined();
    }
  });
});
