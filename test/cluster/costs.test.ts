/**
 * What the life of one object of each kind costs, request by request: one write for a child, few for the status, one for a
 * change, none for an edit that changes nothing, none to delete. And each field reaches the child, also when it is removed.
 */
import { Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { countBy } from '../support/audit.ts';
import { managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'costs';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Longer than a status is held back. */
const SETTLE_MS = 3_500;

interface Step {
  what: string;
  spec: object;
  /** Fields that the child must have, or must lack (undefined), at these paths. */
  child: Record<string, unknown>;
}

interface Case {
  kind: string;
  ours: Resource;
  child: Resource;
  name: string;
  beside?: KubeObject[];
  first: Step;
  steps: Step[];
}

const CASES: Case[] = [
  {
    kind: 'XosPrincipal',
    ours: XosPrincipals,
    child: ServiceAccounts,
    name: 'p',
    first: { what: 'bare', spec: {}, child: { automountServiceAccountToken: undefined } },
    steps: [
      { what: 'automountToken false', spec: { automountToken: false }, child: { automountServiceAccountToken: false } },
      { what: 'automountToken true', spec: { automountToken: true }, child: { automountServiceAccountToken: true } },
      { what: 'automountToken removed', spec: {}, child: { automountServiceAccountToken: undefined } },
      {
        what: 'two pull secrets',
        spec: { imagePullSecretRefs: [{ name: 'a' }, { name: 'b' }] },
        child: { 'imagePullSecrets.0.name': 'a', 'imagePullSecrets.1.name': 'b' },
      },
      {
        what: 'one of them',
        spec: { imagePullSecretRefs: [{ name: 'b' }] },
        child: { 'imagePullSecrets.0.name': 'b', 'imagePullSecrets.1': undefined },
      },
      { what: 'none', spec: {}, child: { imagePullSecrets: undefined } },
    ],
  },
  {
    kind: 'XosConfigMap',
    ours: XosConfigMaps,
    child: ConfigMaps,
    name: 'c',
    first: { what: 'data', spec: { data: { a: '1' } }, child: { 'data.a': '1' } },
    steps: [
      { what: 'another value', spec: { data: { a: '2', b: '' } }, child: { 'data.a': '2', 'data.b': '' } },
      { what: 'a key removed', spec: { data: { b: '' } }, child: { 'data.a': undefined, 'data.b': '' } },
      { what: 'immutable', spec: { data: { b: '' }, immutable: true }, child: { immutable: true } },
    ],
  },
  {
    kind: 'XosSecret',
    ours: XosSecrets,
    child: Secrets,
    name: 's',
    first: { what: 'a text', spec: { stringData: { a: '1' } }, child: { 'data.a': 'MQ==', type: 'Opaque' } },
    steps: [
      { what: 'another value', spec: { stringData: { a: '2' } }, child: { 'data.a': 'Mg==' } },
      { what: 'another form', spec: { data: { b: 'Mg==' } }, child: { 'data.a': undefined, 'data.b': 'Mg==' } },
    ],
  },
  {
    kind: 'XosService',
    ours: XosServices,
    child: Services,
    name: 'v',
    beside: [managed('XosServicePort', 'v', { serviceRef: { name: 'v' }, internalPort: 80 }, NS)],
    first: { what: 'a node port', spec: {}, child: { 'spec.type': 'NodePort' } },
    steps: [
      {
        what: 'inside of the cluster',
        spec: { exposure: 'ClusterIP' },
        child: { 'spec.type': 'ClusterIP', 'spec.ports.0.nodePort': undefined },
      },
    ],
  },
  {
    kind: 'XosTrustDomain',
    ours: XosTrustDomains,
    child: Namespaces,
    name: 'costs-domain',
    first: {
      what: 'labels',
      spec: { namespaceLabels: { team: 'a', more: 'x' } },
      child: { 'metadata.labels.team': 'a' },
    },
    steps: [
      {
        what: 'a label removed',
        spec: { namespaceLabels: { team: 'b' } },
        child: { 'metadata.labels.team': 'b', 'metadata.labels.more': undefined },
      },
    ],
  },
];

function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      object,
    );
}

describe('what an object costs', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  /** Writes of the operator since a mark, by resource: `patch configmaps 200`. Events are extra. */
  const writes = (mark: number) =>
    countBy(
      scene.audit.since(mark).filter(({ resource }) => resource !== 'events'),
      ({ verb, resource, code }) => `${verb} ${resource} ${code}`,
    );

  test.each(CASES)('$kind, its whole life', async ({ kind, ours, child, name, beside = [], first, steps }) => {
    const ns = ours.namespaced ? NS : undefined;
    const [ourKey, childKey] = [ours, child].map((resource) => (resource.namespaced ? `${NS}/${name}` : name));
    const declared = (spec: object) => managed(kind, name, spec, ns);
    const untilChild = async (step: Step) =>
      await scene.until(`${child.kind} ${name} with ${step.what}`, async () => {
        const live = await scene.get(child, childKey ?? '');
        return live !== undefined && Object.entries(step.child).every(([path, value]) => at(live, path) === value)
          ? live
          : undefined;
      });

    const mark = scene.audit.mark();
    await scene.apply(declared(first.spec), ...beside);
    await untilChild(first);
    await scene.untilReady(ours, ourKey ?? '');
    await pause(SETTLE_MS);
    const created = writes(mark);
    expect(created[`patch ${child.plural} 201`]).toBe(1);
    expect(created[`patch ${child.plural} 200`]).toBeUndefined();
    expect(created[`patch ${ours.plural}/status 200`]).toBeLessThanOrEqual(2);

    for (const step of steps) {
      const before = scene.audit.mark();
      await scene.apply(declared(step.spec));
      const live = await untilChild(step);
      await pause(SETTLE_MS);
      // One write, and nobody makes another of it.
      expect([step.what, writes(before)[`patch ${child.plural} 200`]]).toEqual([step.what, 1]);
      expect((await scene.get(child, childKey ?? ''))?.metadata.uid).toBe(live.metadata.uid);
    }

    const still = scene.audit.mark();
    await scene.kubectl(
      'annotate',
      ours.plural,
      name,
      'example.com/note=changes-nothing',
      ...(ns === undefined ? [] : ['-n', ns]),
    );
    await pause(1_500);
    expect(writes(still)).toEqual({});
  });

  test('another tag of an image replaces the pod that uses it, once', async () => {
    await scene.apply(
      managed('XosImage', 'costs-app', { image: 'app', tag: '1' }),
      managed('XosSlice', 'group', {}, NS),
      managed('XosServiceInstance', 'i', { sliceRef: { name: 'group' }, imageRef: { name: 'costs-app' } }, NS),
    );
    await scene.untilReady(XosServiceInstances, `${NS}/i`);
    const before = await scene.get(Pods, `${NS}/i`);
    const mark = scene.audit.mark();
    await scene.apply(managed('XosImage', 'costs-app', { image: 'app', tag: '2' }));
    await scene.until('the new image', async () => {
      const live = await scene.get(Pods, `${NS}/i`);
      return live?.spec.containers[0]?.image === 'app:2' && live.metadata.uid !== before?.metadata.uid
        ? true
        : undefined;
    });
    await scene.untilReady(XosServiceInstances, `${NS}/i`);
    expect((await scene.get(XosImages, 'costs-app'))?.status?.reference).toBe('app:2');
    await pause(SETTLE_MS);
    const counts = writes(mark);
    expect([counts['create pods 201'], counts['delete pods 200']]).toEqual([1, 1]);
  });

  test('with the operator down everything goes by garbage collection', async () => {
    const children = async () => {
      const lists = await Promise.all(
        [ServiceAccounts, ConfigMaps, Secrets, Services, Pods].map(
          async (resource) => await scene.list(resource as Resource, NS),
        ),
      );
      return lists.flat().filter(({ metadata }) => !['default', 'kube-root-ca.crt'].includes(metadata.name));
    };
    expect(new Set((await children()).map(({ kind }) => kind)).size).toBe(5);
    await scene.operator?.kill();
    const kinds = 'xpr,xcm,xsec,xsvc,xsp,xsi,xsl';
    await scene.kubectl('delete', kinds, '--all', '-n', NS, '--timeout=30s');
    await scene.until('nothing to be left', async () => ((await children()).length === 0 ? true : undefined), 90_000);
  });
});
