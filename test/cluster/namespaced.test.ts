/**
 * An operator that is restricted to namespaces, under the rights of config/namespaced: it does there what it does anywhere,
 * asks for nothing else, and says what it does not see.
 */
import { join } from 'node:path';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { restrictedKinds } from '../../src/kinds/index.ts';
import type { AuditedRequest } from '../support/audit.ts';
import { actualInventory, untilExact } from '../support/inventory.ts';
import { startOperator } from '../support/operator.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';
import { storyObjects, untilReady } from '../support/stories.ts';

const ofStories = storyObjects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
const NAMESPACES = [...ofStories, 'team-a'];
const LATE = 'team-b';
const HEALTH = '--health-probe-bind-address=127.0.0.1:0';

describe('restricted to namespaces the operator', () => {
  let scene: Scene;
  let kubeconfig: string;
  let mark: number;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false, service: false });
    await scene.kubectl('apply', '--server-side', '-k', join(ROOT, 'config', 'namespaced'));
    await scene.apply(...['other', ...ofStories].map(namespace));
    for (const name of ofStories) await letIn(name);
    await scene.apply(deployment('other', 'web', 2), deployment('team-a', 'web', 2), pod('team-a', 'bare'));
    kubeconfig = await ownKubeconfig(scene);
    mark = scene.audit.mark();
    await begin(NAMESPACES);
  });
  afterAll(async () => {
    await scene.close();
  });

  /** Gives the operator its rights in a namespace. */
  const letIn = async (name: string) => {
    await scene.kubectl('apply', '-n', name, '-k', join(ROOT, 'config', 'namespaced', 'namespace'));
  };
  const begin = async (names: readonly string[], ...args: string[]) => {
    await scene.operator?.kill();
    return await scene.startOperator(
      [`--namespaces=${names.join(',')}`, '--default-service=kubernetes', ...args],
      kubeconfig,
    );
  };
  const requests = (since: number) => scene.audit.since(since, { watches: true });
  /** What is for the whole cluster, and so not for it. */
  const isBeyond = ({ kind, metadata }: KubeObject) => kind === 'XosTrustDomain' || metadata.name === 'greetings';

  test('makes every story of its namespaces Ready', async () => {
    await scene.apply(...storyObjects);
    const inThem = storyObjects.filter((each) => !isBeyond(each));
    await untilReady(scene, inThem);
  }, 240_000);

  test('keeps the inventory of its namespaces, and no mirror of anything else', async () => {
    await untilExact(scene, 30_000, NAMESPACES);
    const { domains, images, instances, slices, principals } = await actualInventory(scene);
    expect([domains, images]).toEqual([[], []]);
    const elsewhere = [...instances, ...slices, ...principals].filter(
      (name) => !NAMESPACES.includes(name.split('/')[0] ?? ''),
    );
    expect(elsewhere).toEqual([]);
    expect(instances.filter((name) => name.startsWith('team-a/'))).toHaveLength(3);
  });

  test('says what it does not see, and keeps no trust domain', async () => {
    for (const { metadata } of storyObjects.filter(({ kind }) => kind === 'XosTrustDomain')) {
      const said = await scene.untilSays(XosTrustDomains, metadata.name, 'Restricted', /restricted to namespaces/);
      expect(said.message).toContain('start the operator without its option --namespaces');
    }
    const service = await scene.untilReady(XosKubernetesServices, 'kubernetes');
    expect(service.status?.inventory).toBeUndefined();
    expect(service.status?.conditions?.find(({ type }) => type === 'Restricted')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('sees no labels and annotations of namespaces') as string,
    });
    const [image] = await scene.list(XosImages);
    expect(image?.status?.users).toBeUndefined();
  });

  test('does nothing elsewhere as a principal either, whatever that may do', async () => {
    await scene.untilSays(
      XosResourceInstances,
      'escape-hatch/greetings',
      'Forbidden',
      /does nothing about objects that have none/,
    );
  });

  /** A namespace, or something beside our own kinds and what everybody is told of the cluster. */
  const isForeign = ({ namespace: name, group, resource }: AuditedRequest) =>
    name === '' ? group !== 'xos.opencord.org' && !resource.startsWith('/') : !NAMESPACES.includes(name);
  const inWords = ({ verb, resource, namespace: ns, name, code }: AuditedRequest) =>
    `${verb} ${resource} ${ns}/${name} ${code}`;

  test('asked for nothing else, in whatever name, and was refused nothing', () => {
    const all = requests(mark);
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(isForeign).map(inWords)).toEqual([]);
    expect(all.filter(({ code }) => code === 401 || code === 403).map(inWords)).toEqual([]);
  });

  test('two beside each other agree on what the whole cluster shares', async () => {
    await letIn('other');
    const second = startOperator({ kubeconfig, args: ['--namespaces=other'], cluster: scene.cluster });
    await second.ready();
    await scene.until('the mirrors of the other namespace', async () =>
      (await scene.list(XosServiceInstances, 'other')).length === 2 ? true : undefined,
    );
    await untilExact(scene, 30_000, [...NAMESPACES, 'other']);
    const versions = async () => {
      const shared = restrictedKinds.filter(({ resource }) => !resource.namespaced);
      const all = (await Promise.all(shared.map(({ resource }) => scene.list(resource)))).flat();
      return all.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
    };
    const before = await versions();
    await scene.apply({ ...managed('XosImage', 'shared', { image: 'registry.example.com/app', tag: '1' }) });
    await scene.untilReady(XosImages, 'shared');
    // Both want to say it, and one is faster.
    await second.stop();
    const since = scene.audit.mark();
    await begin(NAMESPACES);
    await untilExact(scene, 30_000, NAMESPACES.concat('other'));
    expect((await versions()).filter((each) => !each.startsWith('shared'))).toEqual(before);
    expect(
      requests(since)
        .filter(({ verb }) => ['create', 'patch', 'delete'].includes(verb))
        .map(inWords),
    ).toEqual([]);
  });

  const readyz = async (operator: OperatorProcess) => {
    const isHealth = (line: { what?: unknown; message?: unknown }) =>
      line.message === 'serving' && line.what === 'health';
    const { port } = await operator.logged(isHealth);
    const response = await fetch(`http://127.0.0.1:${String(port)}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  const config = (name: string, value: string, ns: string) => managed('XosConfigMap', name, { data: { value } }, ns);

  test('a namespace that does not exist yet, or where it has no rights yet, waits alone', async () => {
    const operator = await begin(['team-a', LATE], HEALTH);
    const page = await readyz(operator);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(
      /^ok\nNamespace team-b waits: The operator may not list and watch \S+ in namespace team-b;/,
    );
    expect(operator.log()).toContain('in namespace team-b; grant its account that right');
    await scene.apply(config('early', '1', 'team-a'));
    await scene.untilReady(XosConfigMaps, 'team-a/early');
    await scene.apply(namespace(LATE), config('late', '1', LATE), pod(LATE, 'late'));
    await letIn(LATE);
    await scene.untilReady(XosConfigMaps, `${LATE}/late`);
    await untilExact(scene, 30_000, ['team-a', LATE, ...ofStories, 'other']);
    await scene.until('nothing to say', async () => ((await readyz(operator)).text === 'ok\n' ? true : undefined));
  });

  test('what loses its rights says so, and goes on when it has them again', async () => {
    await scene.kubectl('delete', 'rolebinding', '-n', LATE, 'xos-operator');
    const refused = scene.audit.mark();
    await scene.apply(config('late', '2', LATE), config('early', '2', 'team-a'));
    await scene.until(
      'a refusal',
      async () => await Promise.resolve(requests(refused).some(({ code }) => code === 403) ? true : undefined),
    );
    await scene.until('the other namespace', async () =>
      (await scene.kubectl('get', 'configmap', '-n', 'team-a', 'early', '-o', 'jsonpath={.data.value}')) === '2'
        ? true
        : undefined,
    );
    await letIn(LATE);
    await scene.until(
      'it to be mended',
      async () =>
        (await scene.kubectl('get', 'configmap', '-n', LATE, 'late', '-o', 'jsonpath={.data.value}')) === '2'
          ? true
          : undefined,
      90_000,
    );
  });
});
