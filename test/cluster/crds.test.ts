/** The CRDs on a real API server, with no operator: what it accepts, fills in, refuses, and can select by. */
import { join } from 'node:path';
import type { Cluster } from '../../hack/cluster/cluster.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { revisionOn } from '../../src/kube/revision.ts';
import { ownCluster } from '../support/cluster.ts';
import { type Crd, crds } from '../support/crds.ts';
import { managed, namespace, xos } from '../support/samples.ts';

const NS = 'schemas';
const KUSTOMIZATION = join(__dirname, '..', '..', 'config', 'crd');
const REF = { name: 'a' };

interface CrdCondition {
  type: string;
  status: string;
}
type LiveCrd = Crd & { status: { conditions: CrdCondition[] } };

interface Case {
  what: string;
  object: KubeObject;
  /** The field that the API server's answer has to name. */
  field: string;
}

const slice = (spec: object) => managed('XosSlice', 'bad', spec, NS);
const instance = (spec: object) => managed('XosServiceInstance', 'bad', { sliceRef: REF, ...spec }, NS);
const service = (adoption: object) => xos('XosKubernetesService', 'bad', { adoption });
const container = (fields: object) => ({ template: { spec: { containers: [fields] } } });

const REFUSED: Case[] = [
  { what: 'no spec', object: { ...slice({}), spec: undefined } as KubeObject, field: 'spec: Required' },
  { what: 'a misspelt field', object: slice({ replica: 1 }), field: 'spec.replica' },
  { what: 'a negative count', object: slice({ replicas: -1 }), field: 'spec.replicas' },
  { what: 'a reference that is no name', object: slice({ siteRef: { name: 'My Site' } }), field: 'spec.siteRef.name' },
  { what: 'a reference without a name', object: slice({ siteRef: {} }), field: 'spec.siteRef.name' },
  {
    what: 'a reference to another namespace',
    object: slice({ principalRef: { name: 'a', namespace: 'b' } }),
    field: 'spec.principalRef.namespace',
  },
  { what: 'an unknown policy', object: slice({ adoptionPolicy: 'Force' }), field: 'spec.adoptionPolicy' },
  { what: 'a kind nobody can make', object: slice({ controllerKind: 'Rollout' }), field: 'spec.controllerKind' },
  {
    what: 'a number of pods of a DaemonSet',
    object: slice({ controllerKind: 'DaemonSet', replicas: 2 }),
    field: 'spec.replicas',
  },
  { what: 'a schedule alone', object: slice({ schedule: '* * * * *' }), field: 'spec.schedule' },
  {
    what: 'a description that never ends',
    object: slice({ description: 'x'.repeat(1025) }),
    field: 'spec.description',
  },
  { what: 'two images', object: instance({ image: 'a', imageRef: REF }), field: 'spec.image' },
  { what: 'no slice', object: managed('XosServiceInstance', 'bad', {}, NS), field: 'spec.sliceRef' },
  {
    what: 'a misspelt field of a container',
    object: instance(container({ name: 'main', comand: ['sh'] })),
    field: 'spec.template.spec.containers[0].comand',
  },
  {
    what: 'a container without a name',
    object: instance(container({ image: 'a' })),
    field: 'spec.template.spec.containers[0].name',
  },
  {
    what: 'a port that is no number',
    object: instance(container({ name: 'main', ports: [{ containerPort: 'http' }] })),
    field: 'spec.template.spec.containers[0].ports[0].containerPort',
  },
  {
    what: 'a service account beside the principal',
    object: instance({ template: { spec: { serviceAccountName: 'root' } } }),
    field: 'spec.template.spec.serviceAccountName',
  },
  {
    what: 'a tag and a digest',
    object: managed('XosImage', 'bad', { image: 'a', tag: '1', digest: 'b' }),
    field: 'spec.tag',
  },
  { what: 'a tag in the name', object: managed('XosImage', 'bad', { image: 'a:1' }), field: 'spec.image' },
  { what: 'no image', object: managed('XosImage', 'bad', {}), field: 'spec.image' },
  {
    what: 'a latitude beyond the pole',
    object: xos('XosSite', 'bad', { location: { latitude: 91, longitude: 0 } }),
    field: 'spec.location.latitude',
  },
  {
    what: 'half a location',
    object: xos('XosSite', 'bad', { location: { latitude: 1 } }),
    field: 'spec.location.longitude',
  },
  { what: 'a name that no namespace has', object: managed('XosTrustDomain', 'team.a', {}), field: 'metadata.name' },
  {
    what: 'a namespace that cannot be',
    object: managed('XosTrustDomain', 'bad', { resourceName: 'a.b' }),
    field: 'spec.resourceName',
  },
  {
    what: 'a pattern that is none',
    object: service({ namespaces: { include: ['/team/'] } }),
    field: 'spec.adoption.namespaces.include[0]',
  },
  { what: 'an unknown granularity', object: service({ granularity: 'Node' }), field: 'spec.adoption.granularity' },
  {
    what: 'a secret reference without a name',
    object: managed('XosPrincipal', 'bad', { imagePullSecretRefs: [{}] }, NS),
    field: 'spec.imagePullSecretRefs[0].name',
  },
];

/** Changes of an object that is there, in order: each from the state before. */
const CHANGES = [
  { kind: 'xsl', name: 'job', what: 'another controllerKind', patch: { controllerKind: 'Deployment' } },
  { kind: 'xsl', name: 'job', what: 'a controllerKind that is removed', patch: { controllerKind: null } },
  { kind: 'xsl', name: 'group', what: 'a controllerKind that is added', patch: { controllerKind: 'Job' } },
  { kind: 'xsl', name: 'group', what: 'a resourceName that is added', patch: { resourceName: 'other' } },
  { kind: 'xsi', name: 'pod', what: 'a resourceName that is added', patch: { resourceName: 'other' } },
  { kind: 'xpr', name: 'account', what: 'another resourceName', patch: { resourceName: 'other' } },
];

describe('the CRDs on an API server', () => {
  let cluster: Cluster;
  let installed: string;
  const kubectl = async (...args: string[]) => (await cluster.kubectl(args)).stdout;
  // Not as one List: kubectl would check that by itself, and it is the API server's answer that is wanted.
  const create = (...items: readonly object[]) =>
    cluster.kubectl(['create', '-f', '-'], { input: items.map((item) => JSON.stringify(item)).join('\n---\n') });
  const read = async <T extends KubeObject>(...args: string[]) =>
    JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T;
  const patch = (kind: string, name: string, spec: object) =>
    kubectl('patch', kind, name, '-n', NS, '--type=merge', '-p', JSON.stringify({ spec }));

  beforeAll(async () => {
    cluster = await ownCluster({ nodes: 1 });
    const { stdout, stderr } = await cluster.kubectl(['apply', '-k', KUSTOMIZATION]);
    installed = stdout + stderr;
    await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    await create(
      namespace(NS),
      managed('XosSlice', 'group', {}, NS),
      managed('XosSlice', 'job', { controllerKind: 'Job' }, NS),
      managed('XosSlice', 'web', { controllerKind: 'Deployment', replicas: 1 }, NS),
      managed('XosServiceInstance', 'pod', { sliceRef: { name: 'group' } }, NS),
      managed('XosPrincipal', 'account', { resourceName: 'robot' }, NS),
      xos('XosServiceInstance', 'found', { xosManaged: false, resourceName: 'found' }, NS),
      xos(
        'XosSlice',
        'main.etcdcluster',
        { xosManaged: false, controllerKind: 'EtcdCluster', resourceName: 'main' },
        NS,
      ),
    );
  });

  afterAll(() => cluster.stop());

  test('are taken without a warning, and are structural', async () => {
    expect(installed).not.toMatch(/warning/i);
    for (const { crd } of crds) {
      const { conditions } = (await read<LiveCrd>('crd', crd.metadata.name)).status;
      const isTrue = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
      expect([crd.metadata.name, isTrue.toSorted()]).toEqual([crd.metadata.name, ['Established', 'NamesAccepted']]);
    }
  });

  test('can be applied again, and that changes nothing', async () => {
    const lines = (await kubectl('apply', '-k', KUSTOMIZATION)).trim().split('\n');
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(crds.map(() => 'unchanged'));
  });

  test.each(REFUSED)('refuse $what, with a message that names the field', async ({ object, field }) => {
    await expect(create(object)).rejects.toThrow(field);
  });

  test.each(CHANGES)('refuse $what of $kind $name, and say what to do instead', async ({ kind, name, patch: spec }) => {
    const [field = ''] = Object.keys(spec);
    await expect(patch(kind, name, spec)).rejects.toThrow(new RegExp(`spec\\.${field} cannot be changed.*delete this`));
  });

  test('let a mirror move', async () => {
    await patch('xsi', 'found', { resourceName: 'elsewhere' });
    await patch('xsl', 'main.etcdcluster', { controllerKind: 'Etcd-Cluster' });
    expect(await read('xsi', 'found', '-n', NS)).toMatchObject({ spec: { resourceName: 'elsewhere' } });
  });

  test('fill in the defaults', async () => {
    await create(xos('XosKubernetesService', 'plain', {}), xos('XosTrustDomain', 'plain', {}));
    const common = { xosManaged: true, driftPolicy: 'Correct' };
    const status = { observedGeneration: -1 };
    expect(await read('xsi', 'pod', '-n', NS)).toMatchObject({
      spec: { ...common, adoptionPolicy: 'MustNotExist', updateStrategy: 'Recreate' },
      status,
    });
    expect(await read('xtd', 'plain')).toMatchObject({
      spec: { ...common, adoptionPolicy: 'AdoptIfUnowned', deletionPolicy: 'Delete', allowCascadingDeletion: false },
      status,
    });
    const adoption = { enabled: true, finishedPods: 'Include', granularity: 'Pod', maxObjects: 100_000, resources: [] };
    expect(await read('xks', 'plain')).toMatchObject({ spec: { mode: 'Manage', adoption }, status });
  });

  test.each([
    { kind: 'xsi', selector: 'spec.xosManaged=true', found: ['pod'] },
    { kind: 'xsi', selector: 'spec.xosManaged=false', found: ['found'] },
    { kind: 'xsi', selector: 'spec.sliceRef.name=group', found: ['pod'] },
    { kind: 'xsl', selector: 'spec.xosManaged=false', found: ['main.etcdcluster'] },
  ])('can select $kind by $selector', async ({ kind, selector, found }) => {
    const names = await kubectl('get', kind, '-n', NS, '--field-selector', selector, '-o', 'name');
    expect(
      names
        .trim()
        .split('\n')
        .map((line) => line.split('/')[1]),
    ).toEqual(found);
  });

  test('are told of in such an order that an echo is known without reading it', async () => {
    const path = '/apis/xos.opencord.org/v1alpha1/xosserviceinstances?watch=true&timeoutSeconds=1';
    const lines = (await kubectl('get', '--raw', path)).trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      const { metadata } = (JSON.parse(line) as { object: Live<KubeObject> }).object;
      expect(revisionOn(line)).toEqual({ uid: metadata.uid, resourceVersion: metadata.resourceVersion });
    }
  });

  test('let a slice be scaled', async () => {
    await kubectl('scale', 'xsl', 'web', '-n', NS, '--replicas=3');
    expect(await read('xsl', 'web', '-n', NS)).toMatchObject({ spec: { replicas: 3 } });
  });

  test('let no Job be scaled, and say why', async () => {
    await expect(kubectl('scale', 'xsl', 'job', '-n', NS, '--replicas=3')).rejects.toThrow('spec.replicas belongs');
  });

  test.each(crds)('explain and print $crd.spec.names.kind', async ({ crd }) => {
    const [{ additionalPrinterColumns }] = crd.spec.versions;
    const { plural } = crd.spec.names;
    const explained = await kubectl('explain', plural, '--recursive');
    const printed = await kubectl('get', plural, '-A', '-o', 'wide');
    expect(explained).toContain('conditions');
    for (const { name } of printed === '' ? [] : additionalPrinterColumns)
      expect(printed).toContain(name.toUpperCase());
  });
});
