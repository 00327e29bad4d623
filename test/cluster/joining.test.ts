/**
 * In and out: what was there before is taken over and given back, and nothing of it changes but whose it is. Nothing
 * restarts, nothing is deleted, and who keeps it already is obeyed.
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
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'join';
const TAKE_OVER = { adoptionPolicy: 'AdoptIfUnowned' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Sort {
  what: string;
  foreign: Resource;
  body: object;
  ours: Resource;
  /** What the custom resource says: nothing that is not live. */
  spec?: object;
}

const template = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'web', image: 'a:1', env: [{ name: 'A', value: '1' }] }] },
};
const selector = { matchLabels: { app: 'x' } };
const never = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const slice = (controllerKind: string, foreign: Resource, spec: object): Sort => ({
  what: controllerKind,
  foreign,
  body: { spec },
  ours: XosSlices,
  spec: { controllerKind },
});

const SORTS: Sort[] = [
  slice('Deployment', Deployments, { replicas: 2, selector, template }),
  slice('StatefulSet', StatefulSets, { replicas: 1, selector, template, serviceName: 'x' }),
  slice('DaemonSet', DaemonSets, { selector, template }),
  slice('ReplicaSet', ReplicaSets, { replicas: 1, selector, template }),
  slice('Job', Jobs, { suspend: true, template: never }),
  slice('CronJob', CronJobs, { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: never } } }),
  { what: 'Pod', foreign: Pods, body: { spec: pod(NS, 'x').spec }, ours: XosServiceInstances },
  {
    what: 'ServiceAccount',
    foreign: ServiceAccounts,
    body: { automountServiceAccountToken: false },
    ours: XosPrincipals,
  },
  { what: 'ConfigMap', foreign: ConfigMaps, body: { data: { 'a.b_c': '1' } }, ours: XosConfigMaps },
  { what: 'Secret', foreign: Secrets, body: { type: 'example.com/mine', stringData: { a: '1' } }, ours: XosSecrets },
  {
    what: 'Service',
    foreign: Services,
    body: { spec: { selector: { app: 'x' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
    ours: XosServices,
  },
];

/** What must not change: all but the version, and times that say when somebody wrote, by which the entries are sorted. */
function lasting(object: KubeObject): object {
  const { resourceVersion: _version, generation: _generation, managedFields = [], ...metadata } = object.metadata;
  const entries = managedFields
    .map(({ time: _time, ...entry }) => entry)
    .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  return JSON.parse(JSON.stringify({ ...object, metadata: { ...metadata, managedFields: entries } })) as object;
}

describe('what was there before', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS));
    await scene.until('the default account', async () => await scene.get(ServiceAccounts, `${NS}/default`));
  });
  afterAll(async () => {
    await scene.close();
  });

  const name = (what: string) => `a-${what.toLowerCase()}`;
  const ownersOf = (object: KubeObject) => (object.metadata.ownerReferences ?? []).map(({ kind }) => kind);

  /** Makes the foreign object, and waits until nobody has anything to add to it. */
  async function foreign({ what, foreign: resource, body }: Sort): Promise<Live<KubeObject>> {
    const key = `${NS}/${name(what)}`;
    const object = {
      apiVersion: resource.group === '' ? 'v1' : `${resource.group}/v1`,
      kind: resource.kind,
      metadata: { name: name(what), namespace: NS },
      ...body,
    };
    await scene.apply(object);
    return await untilQuiet(resource, key);
  }

  async function untilQuiet(resource: Resource, key: string): Promise<Live<KubeObject>> {
    let last = '';
    let since = Date.now();
    return await scene.until(`${key} to be quiet`, async () => {
      const object = await scene.get(resource, key);
      if (object === undefined) return undefined;
      if (object.metadata.resourceVersion !== last) [last, since] = [object.metadata.resourceVersion, Date.now()];
      return Date.now() - since > 3_000 ? object : undefined;
    });
  }

  const podsOf = async () =>
    (await scene.list(Pods, NS))
      .map(({ metadata, status }) => [metadata.uid, status?.containerStatuses?.map((each) => each.restartCount)])
      .map((each) => JSON.stringify(each))
      .sort();
  const writesTo = (mark: number, object: string) =>
    scene.audit
      .since(mark)
      .filter(({ verb, name: written }) => written === object && verb !== 'get')
      .filter(({ resource }) => !resource.startsWith('xos') && resource !== 'events')
      .map(({ verb, resource, code }) => `${verb} ${resource} ${code}`);

  test.each(SORTS)('a $what is taken over and given back, and nothing else of it changes', async (sort) => {
    const before = await foreign(sort);
    const podsBefore = await podsOf();
    const mark = scene.audit.mark();
    const key = `${NS}/${name(sort.what)}`;
    await scene.apply(managed(sort.ours.kind, name(sort.what), { ...sort.spec, ...TAKE_OVER }, NS));
    await scene.until('it to be ours', async () => {
      const live = await scene.get(sort.foreign, key);
      return live !== undefined && ownersOf(live).includes(sort.ours.kind) ? live : undefined;
    });
    const reason = sort.what === 'Job' ? 'Progressing' : 'Reconciled';
    await scene.untilReady(sort.ours, key, reason);
    await pause(1_500);
    expect(writesTo(mark, name(sort.what))).toEqual([`patch ${sort.foreign.plural} 200`]);

    await scene.kubectl('patch', '-n', NS, sort.ours.plural, name(sort.what), '--type=merge', '-p', RELEASED);
    const mirrors = await scene.until('it to be a mirror or gone', async () => {
      const live = await scene.get(sort.foreign, key);
      return live !== undefined && ownersOf(live).length === 0 ? live : undefined;
    });
    expect(lasting(mirrors)).toEqual(lasting(before));
    expect(mirrors.metadata.generation).toBe(before.metadata.generation);
    // What was written is seen a moment before the audit log tells of it.
    await scene.until('it to be told', () => Promise.resolve(writesTo(mark, name(sort.what))[1]));
    expect(writesTo(mark, name(sort.what))).toEqual(Array(2).fill(`patch ${sort.foreign.plural} 200`));
    expect(await podsOf()).toEqual(podsBefore);

    await scene.kubectl('delete', '-n', NS, sort.ours.plural, name(sort.what), '--ignore-not-found');
    await pause(2_000);
    expect(lasting((await scene.get(sort.foreign, key)) as KubeObject)).toEqual(lasting(before));
  });

  const RELEASED = '{"spec":{"xosManaged":false}}';

  test.each([
    {
      what: 'by Helm',
      metadata: { annotations: { 'meta.helm.sh/release-name': 'shop' } },
      says: /the Helm release shop/,
    },
    {
      what: 'by Argo CD',
      metadata: { labels: { 'argocd.argoproj.io/instance': 'shop' } },
      says: /Argo CD application shop/,
    },
    {
      what: 'by Flux',
      metadata: {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      },
      says: /the Flux kustomization flux-system\/shop/,
    },
    { what: 'by another controller', metadata: {}, says: /belongs to ConfigMap keeper/ },
  ])('what is kept $what is named and obeyed', async ({ what, metadata, says }) => {
    const named = `kept-${what.replaceAll(' ', '-').toLowerCase()}`;
    const kept = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: named,
        namespace: NS,
        ...metadata,
        ...(what === 'by another controller' && { ownerReferences: [await livingOwner()] }),
      },
      data: { a: '1' },
    };
    await scene.apply(kept);
    const before = await scene.get(ConfigMaps, `${NS}/${named}`);
    const mark = scene.audit.mark();
    await scene.apply(managed('XosConfigMap', named, { ...TAKE_OVER, data: { a: '2' } }, NS));
    await scene.untilSays(XosConfigMaps, `${NS}/${named}`, 'NameConflict', says);
    await pause(1_000);
    expect(before).toBeDefined();
    expect(await scene.get(ConfigMaps, `${NS}/${named}`)).toEqual(before);
    expect(writesTo(mark, named)).toEqual([]);
  });

  /** An owner that lives: what refers to one that does not is collected by Kubernetes. */
  async function livingOwner(): Promise<object> {
    const [apiVersion, kind, controllerName] = ['v1', 'ConfigMap', 'keeper'];
    await scene.apply({ apiVersion, kind, metadata: { name: controllerName, namespace: NS } });
    const uid = (await scene.get(ConfigMaps, `${NS}/${controllerName}`))?.metadata.uid;
    return { apiVersion, kind, name: controllerName, uid, controller: true };
  }

  test('what the spec says is put in, what it does not say any more is given up', async () => {
    await scene.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mixed', namespace: NS },
      data: { a: '1', b: '1' },
    });
    await scene.apply(managed('XosConfigMap', 'mixed', { ...TAKE_OVER, data: { b: '2', 'c.d_e': '3' } }, NS));
    const dataIs = (data: object) =>
      scene.until('the data', async () => {
        const live = await scene.get(ConfigMaps, `${NS}/mixed`);
        return JSON.stringify(live?.data) === JSON.stringify(data) ? live : undefined;
      });
    await dataIs({ a: '1', b: '2', 'c.d_e': '3' });
    await scene.apply(managed('XosConfigMap', 'mixed', { ...TAKE_OVER, data: { b: '2' } }, NS));
    await pause(3_000);
    const live = await dataIs({ a: '1', b: '2', 'c.d_e': '3' });
    // It is nobody's any more: whoever wants it may remove it, and it stays away.
    const entry = live.metadata.managedFields?.find(({ manager }) => manager === 'xos-operator');
    expect(JSON.stringify(entry?.fieldsV1)).not.toContain('c.d_e');
    await scene.kubectl('patch', '-n', NS, 'configmap', 'mixed', '--type=merge', '-p', '{"data":{"c.d_e":null}}');
    await pause(2_000);
    await dataIs({ a: '1', b: '2' });
    await scene.kubectl('delete', '-n', NS, 'xosconfigmap', 'mixed');
    await scene.untilGone(ConfigMaps, `${NS}/mixed`);
  });

  test('a Deployment is scaled, changes its image and its environment by the spec alone, and stays so when that leaves', async () => {
    await scene.apply(deployment(NS, 'shop', 1));
    const rolled = () => scene.kubectl('rollout', 'status', '-n', NS, 'deployment/shop', '--timeout=60s');
    await rolled();
    const spec = { ...TAKE_OVER, controllerKind: 'Deployment' };
    await scene.apply(
      managed('XosSlice', 'shop', { ...spec, replicas: 2, image: 'registry.example.com/team/web:2' }, NS),
    );
    const shown = ['-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[*].image}'];
    const deploymentIs = async (replicas: number, image: string) => {
      await scene.until(`${replicas} replicas of ${image}`, async () => {
        const text = await scene.kubectl('get', '-n', NS, 'deployment', 'shop', ...shown);
        return text === `${replicas} ${image}` ? true : undefined;
      });
    };
    await deploymentIs(2, 'registry.example.com/team/web:2');
    await rolled();
    await scene.apply(managed('XosSlice', 'shop', spec, NS));
    await pause(3_000);
    await deploymentIs(2, 'registry.example.com/team/web:2');
    await scene.kubectl('scale', '-n', NS, 'deployment/shop', '--replicas=1');
    await pause(3_000);
    await deploymentIs(1, 'registry.example.com/team/web:2');
    await scene.kubectl('patch', '-n', NS, 'xosslice', 'shop', '--type=merge', '-p', RELEASED);
    await scene.untilReady(XosSlices, `${NS}/shop`, 'Observed');
    await deploymentIs(1, 'registry.example.com/team/web:2');
    await untilExact(scene);
  });

  test('a mirror that is turned to managed takes over what it mirrors, and its pods follow', async () => {
    await scene.apply(deployment(NS, 'flip', 2));
    await scene.untilReady(XosSlices, `${NS}/flip.deployment`, 'Observed');
    const podsBefore = await podsOf();
    const flip = { spec: { xosManaged: true, ...TAKE_OVER } };
    await scene.kubectl('patch', '-n', NS, 'xosslice', 'flip.deployment', '--type=merge', '-p', JSON.stringify(flip));
    const owned = await scene.until('it to be ours', async () => {
      const live = await scene.get(Deployments, `${NS}/flip`);
      return live !== undefined && ownersOf(live).includes('XosSlice') ? live : undefined;
    });
    const mine = await scene.untilReady(XosSlices, `${NS}/flip.deployment`);
    expect(mine.metadata.ownerReferences).toBeUndefined();
    expect(mine.metadata.labels?.['xos.opencord.org/managed']).toBeUndefined();
    await untilExact(scene);
    expect(await podsOf()).toEqual(podsBefore);
    expect(owned.metadata.labels).toBeUndefined();
    await scene.kubectl('patch', '-n', NS, 'xosslice', 'flip.deployment', '--type=merge', '-p', RELEASED);
    await scene.untilReady(XosSlices, `${NS}/flip.deployment`, 'Observed');
    await untilExact(scene);
    expect(await podsOf()).toEqual(podsBefore);
    await scene.kubectl('delete', 'deployment', '-n', NS, 'flip', '--cascade=orphan');
    await scene.untilGone(XosSlices, `${NS}/flip.deployment`);
  });

  test('a mirror that is turned to managed without adoptionPolicy is a conflict that says the way in', async () => {
    await scene.apply(deployment(NS, 'closed', 1));
    await scene.untilReady(XosSlices, `${NS}/closed.deployment`, 'Observed');
    await scene.kubectl(
      'patch',
      '-n',
      NS,
      'xosslice',
      'closed.deployment',
      '--type=merge',
      '-p',
      '{"spec":{"xosManaged":true}}',
    );
    await scene.until('it to say so', async () => {
      const said = readyOf((await scene.get(XosSlices, `${NS}/closed.deployment`)) as KubeObject);
      return said?.status === 'False' ? said : undefined;
    });
    expect(ownersOf((await scene.get(Deployments, `${NS}/closed`)) as KubeObject)).toEqual([]);
  });

  test('a pod and its account are taken over from their mirrors, a pod of a controller is not', async () => {
    await scene.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace: NS } },
      { ...pod(NS, 'solo'), spec: { ...pod(NS, 'solo').spec, serviceAccountName: 'runner' } },
    );
    const flip = JSON.stringify({ spec: { xosManaged: true, ...TAKE_OVER } });
    await scene.untilReady(XosServiceInstances, `${NS}/solo`, 'Observed');
    await scene.untilReady(XosPrincipals, `${NS}/runner`, 'Observed');
    const before = (await scene.get(Pods, `${NS}/solo`))?.metadata.uid;
    await scene.kubectl('patch', '-n', NS, 'xosserviceinstance', 'solo', '--type=merge', '-p', flip);
    await scene.kubectl('patch', '-n', NS, 'xosprincipal', 'runner', '--type=merge', '-p', flip);
    await scene.untilReady(XosServiceInstances, `${NS}/solo`);
    await scene.untilReady(XosPrincipals, `${NS}/runner`);
    expect((await scene.get(Pods, `${NS}/solo`))?.metadata.uid).toBe(before);
    const [taken] = (await scene.list(Pods, NS)).filter(({ metadata }) => metadata.name.startsWith('closed-'));
    const key = `${NS}/${taken?.metadata.name ?? ''}`;
    await scene.kubectl(
      'patch',
      '-n',
      NS,
      'xosserviceinstance',
      taken?.metadata.name ?? '',
      '--type=merge',
      '-p',
      flip,
    );
    await scene.untilSays(XosServiceInstances, key, 'NameConflict', /belongs to ReplicaSet closed-/);
    await scene.kubectl('delete', '-n', NS, 'xosserviceinstance', 'solo');
    await scene.untilGone(Pods, `${NS}/solo`);
  });

  test('a namespace is bound by its mirror, and given back as it was', async () => {
    await scene.apply(namespace('bound'), pod('bound', 'p'));
    await scene.untilReady(XosTrustDomains, 'bound', 'Observed');
    const before = await untilQuiet(Namespaces, 'bound');
    await scene.kubectl(
      'patch',
      'xosTrustDomain',
      'bound',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { xosManaged: true, adoptionPolicy: 'AdoptIfUnowned', namespaceLabels: { team: 'a' } } }),
    );
    await scene.until('the label', async () => (await scene.get(Namespaces, 'bound'))?.metadata.labels?.['team']);
    const bound = await scene.untilReady(XosTrustDomains, 'bound');
    expect(bound.metadata.ownerReferences).toBeUndefined();
    await scene.kubectl('patch', 'xostrustdomain', 'bound', '--type=merge', '-p', RELEASED);
    await scene.untilReady(XosTrustDomains, 'bound', 'Observed');
    const after = await untilQuiet(Namespaces, 'bound');
    // Values stay as they are: of what the spec said, this one was not there before.
    const labels = { ...before.metadata.labels, team: 'a' };
    expect(lasting(after)).toEqual(lasting({ ...before, metadata: { ...before.metadata, labels } }));
  });
});
