/**
 * The way out: `mode: Release` gives back everything that is managed, and says when it is done. After that custom
 * resources, CRDs and operator go, and every workload runs on.
 */
import { join } from 'node:path';
import { Deployments, Namespaces, Pods, ReplicaSets, ServiceAccounts, StatefulSets } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { countBy } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { managed, xos } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';

const STORIES = ['website', 'stateful', 'escape-hatch'];
const MADE = 'made-by-xos';
const PLACES = [...STORIES, MADE];
/** What keeps running, with all that it needs. */
const LASTING: readonly Resource[] = [
  Deployments,
  ReplicaSets,
  StatefulSets,
  Pods,
  Services,
  ConfigMaps,
  Secrets,
  ServiceAccounts,
];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const PAUSED = 'xos.opencord.org/paused=true';

/** Labels of a pod template stay as they are: taking one off would restart the pods. */
function isOfTemplate({ labels = {} }: KubeObject['metadata']): boolean {
  return labels['pod-template-hash'] !== undefined || labels['controller-revision-hash'] !== undefined;
}

/** Whose it is does not count here; what it is, does. */
function body(object: KubeObject): object {
  const { metadata, status: _status, ...rest } = object as KubeObject & { status?: unknown };
  return { ...rest, name: metadata.name, uid: metadata.uid, generation: metadata.generation };
}

describe('mode Release', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    for (const story of STORIES) await scene.kubectl('apply', '-f', join(ROOT, 'examples', `${story}.yaml`));
    await scene.apply(managed('XosTrustDomain', MADE, {}));
    await scene.untilReady(XosTrustDomains, MADE);
    await scene.apply(
      managed('XosSlice', 'group', {}, MADE),
      managed('XosServiceInstance', 'solo', { sliceRef: { name: 'group' }, image: 'app:1' }, MADE),
      managed('XosSecret', 'key', { stringData: { a: 'b' } }, MADE),
      managed('XosConfigMap', 'settings', { data: { a: 'b' } }, MADE),
      xos('XosSite', 'here', {}),
    );
    for (const name of ['web', 'demo-pod', 'greetings'])
      await scene.untilReady(XosResourceInstances, `escape-hatch/${name}`);
    await scene.untilReady(XosSlices, 'website/web');
    await scene.untilReady(XosSlices, 'stateful/store');
    await scene.untilReady(XosServicePorts, 'website/http');
    await scene.untilReady(XosServicePorts, 'stateful/peers');
    await scene.untilReady(XosServiceInstances, `${MADE}/solo`);
    await scene.untilReady(XosConfigMaps, `${MADE}/settings`);
    // Only paused now, for there has to be something to give back.
    await scene.kubectl('annotate', 'xosconfigmap', '-n', MADE, 'settings', PAUSED);
    await scene.kubectl('annotate', 'xosresourceinstance', '-n', 'escape-hatch', 'web', PAUSED);
    await untilExact(scene);
  });
  afterAll(async () => {
    await scene.close();
  });

  async function everything(): Promise<KubeObject[]> {
    const lists = PLACES.flatMap((place) => LASTING.map((resource) => scene.list(resource, place)));
    const spaces = (await scene.list(Namespaces)).filter(({ metadata }) => PLACES.includes(metadata.name));
    return [...spaces, ...(await Promise.all(lists)).flat()];
  }

  const bodies = async () =>
    Object.fromEntries(
      (await everything()).map((object) => [`${object.kind} ${keyOf(object.metadata)}`, body(object)]),
    );
  const restarts = async () =>
    (await everything()).flatMap((object) =>
      ((object as { status?: { containerStatuses?: { restartCount: number }[] } }).status?.containerStatuses ?? []).map(
        ({ restartCount }) => restartCount,
      ),
    );

  let before: Record<string, object>;

  test('gives everything back, in one write each, and says so; what is paused too', async () => {
    before = await bodies();
    const restarted = await restarts();
    const mark = scene.audit.mark();
    await scene.setMode('Release');
    await scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);

    expect(await bodies()).toEqual(before);
    expect(await restarts()).toEqual(restarted);
    const marked = (await everything()).filter(
      ({ metadata }) =>
        // What a principal applied was never owned: it keeps the annotation, and nothing collects it.
        metadata.namespace !== 'escape-hatch' &&
        (JSON.stringify([metadata.ownerReferences, metadata.annotations]).includes('xos.opencord.org') ||
          metadata.managedFields?.some(({ manager }) => manager === 'xos-operator') === true ||
          (!isOfTemplate(metadata) && metadata.labels?.['xos.opencord.org/managed'] !== undefined)),
    );
    expect(marked.map(({ kind, metadata }) => `${kind} ${keyOf(metadata)}`)).toEqual([]);

    const writes = scene.audit
      .since(mark)
      .filter(({ resource, verb }) => resource !== 'events' && !resource.endsWith('/status') && verb !== 'get');
    expect(writes.filter(({ verb }) => verb === 'delete')).toEqual([]);
    const foreign = countBy(
      writes.filter(({ resource }) => !resource.startsWith('xos')),
      ({ resource, namespace, name, code }) => `${resource} ${namespace === name ? '' : namespace}/${name} ${code}`,
    );
    expect(foreign).toEqual({
      'configmaps website/pages 200': 1,
      [`configmaps ${MADE}/settings 200`]: 1,
      'deployments website/web 200': 1,
      'serviceaccounts escape-hatch/builder 200': 1,
      'serviceaccounts escape-hatch/definer 200': 1,
      'namespaces /website 200': 1,
      [`namespaces /${MADE} 200`]: 1,
      [`pods ${MADE}/solo 200`]: 1,
      [`secrets ${MADE}/key 200`]: 1,
      'serviceaccounts stateful/store 200': 1,
      'serviceaccounts website/web 200': 1,
      'services stateful/store 200': 1,
      'services website/web 200': 1,
      'statefulsets stateful/store 200': 1,
    });
  });

  test('leaves mirrors, and the inventory is exact', async () => {
    await untilExact(scene);
    const slice = await scene.untilReady(XosSlices, 'website/web', 'Observed');
    expect(slice.spec).toMatchObject({ xosManaged: false, replicas: 2 });
    expect(slice.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web' }]);
    expect((await scene.untilReady(XosServiceInstances, `${MADE}/solo`, 'Observed')).spec.xosManaged).toBe(false);
    // The Service still finds the pods, by labels that stay.
    const service = await scene.get(XosServices, 'website/web');
    expect(service?.spec.xosManaged).toBe(false);
  });

  test('holds also when the mode goes first, with its XosKubernetesService, and the operator sees it', async () => {
    await scene.kubectl('delete', 'xoskubernetesservice', 'kubernetes');
    // It manages again what is declared.
    await scene.untilReady(XosResourceInstances, 'escape-hatch/greetings');
    await scene.kubectl('delete', 'xosresourceinstance', '--all', '-n', 'escape-hatch', '--timeout=60s');
    expect(await bodies()).toEqual(before);
  });

  test('lets operator, custom resources and CRDs go, in this order, and every workload runs on', async () => {
    const domain = await scene.get(XosTrustDomains, MADE);
    expect(domain?.metadata.finalizers ?? []).toEqual([]);
    // Collected with its owner: then the collector has seen that all custom resources are gone.
    const slice = await scene.get(XosSlices, `${MADE}/group`);
    await scene.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'canary',
        namespace: MADE,
        ownerReferences: [
          { apiVersion: slice?.apiVersion, kind: 'XosSlice', name: 'group', uid: slice?.metadata.uid ?? '' },
        ],
      },
    });
    await scene.operator?.kill();
    const crds = (await scene.kubectl('get', 'crd', '-o', 'name')).split('\n').filter((name) => name.includes('xos'));
    await scene.kubectl('delete', 'xos', '--all', '-A', '--wait=false');
    await scene.untilGone(ConfigMaps, `${MADE}/canary`);
    await scene.kubectl('delete', ...crds, '--timeout=60s');
    await pause(3_000);
    expect(await bodies()).toEqual(before);

    await scene.kubectl('scale', '-n', 'website', 'deployment/web', '--replicas=3');
    await scene.kubectl('rollout', 'status', '-n', 'website', 'deployment/web', '--timeout=60s');
  });
});
