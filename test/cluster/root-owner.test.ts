/** Who stands above controllers of kinds that nobody knows: followed as far as rights allow, at the price of one request each. */
import { join } from 'node:path';
import { StatefulSets } from '../../src/api/core.ts';
import { type XosServiceInstance, XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { type XosSlice, XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { countBy } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { namespace, pod, statefulSet } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';

const GROUP = 'db.example.com';
const NS = 'db';
/** Long enough for what was held back to be written. */
const SETTLE_MS = 12_000;
const Clusters: Resource = {
  group: GROUP,
  version: 'v1',
  kind: 'EtcdCluster',
  plural: 'etcdclusters',
  namespaced: true,
};
const Tenants: Resource = { group: GROUP, version: 'v1', kind: 'Tenant', plural: 'tenants', namespaced: false };

function crd({ kind, plural, namespaced }: Resource): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const spec = {
    group: GROUP,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    names: { kind, plural },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec,
  } as KubeObject;
}

describe('above controllers that nobody knows', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false, service: false });
    await scene.apply(namespace('xos-system'));
    await scene.kubectl('apply', '--server-side', '-k', join(ROOT, 'config', 'rbac'));
    await scene.apply(namespace(NS), crd(Tenants), crd(Clusters));
    await scene.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    const annotations = { 'meta.helm.sh/release-name': 'tenants', 'meta.helm.sh/release-namespace': NS };
    const tenant = await made(Tenants, 'acme', { annotations });
    const cluster = await made(Clusters, 'main', { namespace: NS, ownerReferences: [ownedBy(tenant)] });
    const set = statefulSet(NS, 'store', 2);
    await scene.apply({ ...set, metadata: { ...set.metadata, ownerReferences: [ownedBy(cluster)] } });
    const plain = pod(NS, 'main-0');
    await scene.apply({ ...plain, metadata: { ...plain.metadata, ownerReferences: [ownedBy(cluster)] } });
  });
  afterAll(async () => {
    await scene.close();
  });

  const made = async ({ kind, plural, namespaced }: Resource, name: string, metadata: object) => {
    await scene.apply({ apiVersion: `${GROUP}/v1`, kind, metadata: { name, ...metadata } });
    const where = namespaced ? ['-n', NS] : [];
    return JSON.parse(await scene.kubectl('get', plural, name, ...where, '-o', 'json')) as Live<KubeObject>;
  };
  const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: Live<KubeObject>) => ({
    apiVersion,
    kind,
    name,
    uid,
    controller: true,
  });
  const nameOf = (owner: { kind: string; name: string } | undefined) => owner && `${owner.kind} ${owner.name}`;
  const untilRoot = async <T extends XosSlice | XosServiceInstance>(
    resource: Resource<T>,
    name: string,
    root: string,
  ) =>
    await scene.until(`${name} to end at ${root}`, async () => {
      const live = await scene.get(resource, `${NS}/${name}`);
      return nameOf((live as Live<XosSlice> | undefined)?.status?.rootOwner) === root ? live : undefined;
    });
  const questions = (mark: number) =>
    countBy(
      scene.audit.since(mark).filter(({ resource }) => ['etcdclusters', 'tenants'].includes(resource)),
      ({ verb, resource, code }) => `${verb} ${resource} ${code}`,
    );

  test('without the right to read them the answer ends where it is known, and the slices are the same', async () => {
    const mark = scene.audit.mark();
    const operator = await scene.startOperator(['--default-service=kubernetes'], await ownKubeconfig(scene));
    await untilRoot(XosSlices, 'store.statefulset', 'EtcdCluster main');
    await untilRoot(XosServiceInstances, 'store-0', 'EtcdCluster main');
    await untilRoot(XosSlices, 'main.etcdcluster', 'EtcdCluster main');
    await untilExact(scene);
    expect(questions(mark)).toEqual({ 'get etcdclusters 403': 1 });
    await operator.stop();
  });

  test('with it the chain is followed to its end, for one request a link', async () => {
    await scene.kubectl(
      'create',
      'clusterrole',
      'db',
      '--verb=get',
      `--resource=etcdclusters.${GROUP},tenants.${GROUP}`,
    );
    await scene.kubectl(
      'create',
      'clusterrolebinding',
      'db',
      '--clusterrole=db',
      '--serviceaccount=xos-system:xos-operator',
    );
    const mark = scene.audit.mark();
    await scene.startOperator([], await ownKubeconfig(scene));
    const mirrors = [
      ...['store.statefulset', 'main.etcdcluster'].map((name) => untilRoot(XosSlices, name, 'Tenant acme')),
      ...['store-0', 'store-1', 'main-0'].map((name) => untilRoot(XosServiceInstances, name, 'Tenant acme')),
    ];
    for (const { status } of await Promise.all(mirrors))
      expect(status?.provenance).toEqual({
        source: 'Helm',
        name: 'db/tenants',
        evidence: 'metadata.annotations[meta.helm.sh/release-name] of Tenant acme',
      });
    await untilExact(scene);
    expect(questions(mark)).toEqual({ 'get etcdclusters 200': 1, 'get tenants 200': 1 });
  });

  test('more pods cost no more questions, and two writes each', async () => {
    const mark = scene.audit.mark();
    await scene.kubectl('scale', '-n', NS, 'statefulset', 'store', '--replicas=6');
    await scene.until('six to be ready', async () =>
      (await scene.get(StatefulSets, `${NS}/store`))?.status?.readyReplicas === 6 ? true : undefined,
    );
    const more = ['store-2', 'store-3', 'store-4', 'store-5'];
    await Promise.all(more.map((name) => untilRoot(XosServiceInstances, name, 'Tenant acme')));
    await untilExact(scene);
    expect(questions(mark)).toEqual({});
    const writes = scene.audit.since(mark).filter(({ resource }) => resource.startsWith('xosserviceinstances'));
    expect(countBy(writes, ({ verb }) => verb)).toEqual({ create: 4, patch: 4 });
  });

  test('a restart asks once more, and with nothing changed it writes nothing', async () => {
    await scene.untilRest();
    await scene.operator?.kill();
    const mark = scene.audit.mark();
    await scene.startOperator([], await ownKubeconfig(scene));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    expect(questions(mark)).toEqual({ 'get etcdclusters 200': 1, 'get tenants 200': 1 });
    const writes = scene.audit.since(mark).filter(({ verb }) => !['list', 'get'].includes(verb));
    expect(countBy(writes, ({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual({});
  });
});
