/**
 * The operator under its own ServiceAccount, with the rights and the policies of config/default: it needs no more.
 * What Kubernetes itself cleans up goes under the policies too.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Deployments, Namespaces, Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { AuditedRequest } from '../support/audit.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';
import { storyObjects, untilReady } from '../support/stories.ts';

const folder = join(ROOT, 'examples');
const stories = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'foreign.yaml');

describe('with its own rights the operator', () => {
  let scene: Scene;
  let mark: number;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false, service: false, crds: false });
    // As somebody types it who has not read that it should be --server-side, where nothing is yet.
    await scene.kubectl('apply', '-k', join(ROOT, 'config', 'default'));
    mark = scene.audit.mark();
    await scene.startOperator(['--default-service=kubernetes'], await ownKubeconfig(scene));
  });
  afterAll(async () => {
    await scene.close();
  });

  test('makes every story Ready', async () => {
    await scene.kubectl('apply', '-k', join(ROOT, 'config', 'samples'));
    await scene.kubectl('apply', '-f', join(folder, 'recipe-service.yaml'));
    await untilReady(scene, storyObjects);
  }, 240_000);

  test('sees mirrors go with what they mirror, orphaned or not, and namespaces end', async () => {
    await scene.apply(namespace('others'), deployment('others', 'web'), pod('others', 'bare'), pod('others', 'left'));
    await scene.until('the mirrors', async () =>
      (await scene.list(XosServiceInstances, 'others')).length === 3 ? true : undefined,
    );
    await scene.kubectl('delete', 'pod', '-n', 'others', 'bare');
    await scene.untilGone(XosServiceInstances, 'others/bare');
    await scene.kubectl('delete', 'pod', '-n', 'others', 'left', '--cascade=orphan', '--timeout=60s');
    await scene.untilGone(XosServiceInstances, 'others/left');
    await scene.kubectl('delete', 'deployment', '-n', 'others', 'web', '--cascade=foreground', '--timeout=60s');
    expect(await scene.get(Deployments, 'others/web')).toBeUndefined();
    await scene.until('no slice', async () =>
      (await scene.list(XosSlices, 'others')).length === 0 ? true : undefined,
    );
    await scene.apply(deployment('others', 'again'));
    await scene.until('its pod', async () => ((await scene.list(Pods, 'others')).length > 0 ? true : undefined));
    await scene.kubectl('delete', 'namespace', 'others', '--timeout=90s');
  }, 240_000);

  test('takes every story away', async () => {
    for (const file of stories)
      await scene.kubectl('delete', '-f', join(folder, file), '--ignore-not-found', '--timeout=100s');
    for (const { kind, metadata } of storyObjects)
      if (kind === 'Namespace') expect(await scene.get(Namespaces, metadata.name)).toBeUndefined();
  }, 300_000);

  test('was refused nothing', () => {
    const requests = scene.audit.since(mark, { watches: true });
    expect(new Set(requests.map(({ user }) => user))).toEqual(
      new Set(['system:serviceaccount:xos-system:xos-operator']),
    );
    const told = requests.filter(({ resource, code }) => resource === 'events' && code === 201);
    expect(told.length).toBeGreaterThan(0);
    // In a namespace that is just going nothing can be told any more, and principals have lost their rights: no right of the operator is missing.
    const isMissing = ({ as, resource }: AuditedRequest) => as === '' && resource !== 'events';
    const refused = requests.filter((each) => each.code === 401 || (each.code === 403 && isMissing(each)));
    expect(refused.map(({ verb, resource, namespace: ns, name }) => `${verb} ${resource} ${ns}/${name}`)).toEqual([]);
  });

  // Who may make no such pod in a namespace gets none from the operator either: it is judged when it is made, whoever makes it.
  test.each([
    ['privileged', { containers: [{ name: 'main', securityContext: { privileged: true } }] }],
    ['with a host path', { volumes: [{ name: 'etc', hostPath: { path: '/etc' } }] }],
    ['in the network of its node', { hostNetwork: true }],
  ])('makes no pod %s where Pod Security forbids it, and says so', async (what, template) => {
    const name = what.split(' ').at(-1) ?? '';
    const enforce = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    const spec = { image: 'app:1', template: { spec: template } };
    await scene.apply(
      { ...namespace(name), metadata: { name, labels: enforce } },
      managed('XosSlice', 'group', {}, name),
      managed('XosServiceInstance', 'one', { ...spec, sliceRef: { name: 'group' } }, name),
      managed('XosSlice', 'many', { ...spec, controllerKind: 'Deployment' }, name),
    );
    const forbidden = /the Pod Security level baseline of the namespace does not allow it; set .* in spec\.template/;
    await scene.untilSays(XosServiceInstances, `${name}/one`, 'Forbidden', forbidden);
    await scene.untilSays(XosSlices, `${name}/many`, 'Forbidden', forbidden);
    expect(await scene.list(Pods, name)).toEqual([]);
    await scene.kubectl('delete', 'namespace', name, '--timeout=90s');
  });
});
