/**
 * What is in Git is applied by Flux's own library, as by Argo CD and by people with kubectl: the second time nothing changes, nobody
 * fights over a field, and all of it goes again, in whatever order it is deleted. The operator has its own rights and policies.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Deployments, Pods, StatefulSets } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import { type Changes, GitopsTools } from '../support/gitops.ts';
import { seeded, shuffled } from '../support/orders.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { deployment, managed, namespace } from '../support/samples.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';
import { expectedOf, sampleOf } from '../support/statuses.ts';
import { BEHIND, customResources, edited, inYaml, resourceOf, storyObjects, storyWaves } from '../support/stories.ts';

/** What the stories' namespaces hold beside custom resources. */
const CHILDREN = 'deployments,statefulsets,replicasets,jobs,cronjobs,pods,services,configmaps,secrets,serviceaccounts';
const ARGO_LABEL = 'app.kubernetes.io/instance';
const ARGO_ANNOTATION = 'argocd.argoproj.io/tracking-id';

const actionsOf = (changes: Changes) => [...new Set(Object.values(changes))].toSorted();
const changedIn = (changes: Changes) => Object.keys(changes).filter((name) => changes[name] !== 'unchanged');
const storyResources = [...new Map(storyObjects.map((object) => [object.kind, resourceOf(object)])).values()];
const inDomains = storyObjects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
const unlessGone = (error: unknown) => {
  if (!isNotFound(error)) throw error;
};
const idOf = ({ kind, metadata }: KubeObject) => `${kind} ${keyOf(metadata)}`;
/** A change to the spec of each kind, but for images: what a Job is made of cannot be changed. */
const CHANGES: Readonly<Record<string, object>> = {
  XosKubernetesService: { adoption: { maxObjects: 5_000 } },
  XosSite: { displayName: 'Changed' },
  XosTrustDomain: { namespaceLabels: { team: 'a' } },
  XosPrincipal: { automountToken: true },
  XosSlice: { description: 'Changed.' },
  XosServiceInstance: { template: { spec: { terminationGracePeriodSeconds: 5 } } },
  XosConfigMap: { data: { 'index.html': 'Changed.' } },
  XosSecret: { driftPolicy: 'Report' },
  XosConfigMapVolumeMount: { defaultMode: '0440' },
  XosSecretVolumeMount: { defaultMode: '0440' },
  XosService: { description: 'Changed.' },
  XosServicePort: { internalPort: 8081 },
  XosResourceInstance: { driftPolicy: 'Report' },
};
const changed = (object: KubeObject) => ({
  ...object,
  ...('spec' in object && { spec: { ...(object.spec as object), ...CHANGES[object.kind] } }),
});
/** All but the status, and what the API server writes. */
function wanted(object: object): object {
  const { status: _status, metadata, ...rest } = object as KubeObject & { status?: object };
  const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

describe('GitOps', () => {
  let scene: Scene;
  let tools: GitopsTools;
  beforeAll(async () => {
    tools = await GitopsTools.find();
    scene = await Scene.start({ crds: false, operator: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  const flux = (verb: 'apply' | 'prune', name: string, documents: string) =>
    tools.flux(verb, scene.cluster.kubeconfig, name, documents);
  const listAll = async (resources: Iterable<Resource>): Promise<KubeObject[]> =>
    (await Promise.all([...resources].map((resource) => scene.list(resource)))).flat();
  const ours = () => listAll(kinds.map(({ resource }) => resource));
  const children = async () => {
    const found = JSON.parse(await scene.kubectl('get', CHILDREN, '-A', '-o', 'json')) as { items: KubeObject[] };
    return found.items.filter(({ metadata }) => inDomains.includes(metadata.namespace ?? ''));
  };
  const versions = (objects: readonly KubeObject[]) =>
    Object.fromEntries(
      objects.map((object) => [`${object.kind} ${keyOf(object.metadata)}`, object.metadata.resourceVersion]),
    );
  const serverSide = (manager: string, objects: readonly object[], ...args: string[]) =>
    scene.cluster.kubectl(['apply', '--server-side', '--field-manager', manager, ...args, '-f', '-'], {
      input: inYaml(objects),
    });
  const untilCurrent = async () => {
    const isCurrent = async () => {
      const objects = await ours();
      if (objects.some((object) => readyOf(object)?.status !== 'True')) return undefined;
      return (await tools.kstatus(objects)).every(({ status }) => status === 'Current') ? true : undefined;
    };
    await scene.until('everything to be Current', isCurrent, 60_000);
  };
  const liveOf = async (objects: readonly KubeObject[]) => {
    const ids = new Set(objects.map(idOf));
    return (await listAll(storyResources)).filter((object) => ids.has(idOf(object)));
  };
  const untilHealthy = async (objects: readonly KubeObject[]) => {
    const isHealthy = async () => {
      const verdicts = await tools.argocd(await liveOf(objects));
      const isDone = verdicts.length === objects.length && verdicts.every(({ status }) => status === 'Healthy');
      return isDone ? true : undefined;
    };
    await scene.until('a wave to be Healthy', isHealthy, 60_000);
  };
  const untilNothingIsLeft = async () => {
    const isGone = async () => ((await liveOf(storyObjects)).length > 0 ? undefined : true);
    await scene.until('nothing to be left', isGone, 90_000);
    // What a principal applied to the whole cluster is left behind if its rights went first: docs/gitops.md.
    await scene.kubectl('delete', 'crd', BEHIND, '--ignore-not-found');
  };

  test('Flux installs the operator, and the second time nothing changes', async () => {
    const config = await scene.kubectl('kustomize', join(ROOT, 'config', 'default'));
    expect(actionsOf(await flux('apply', 'xos', config))).toEqual(['created']);
    await scene.startOperator(['--default-service=kubernetes'], await ownKubeconfig(scene));
    expect(actionsOf(await flux('apply', 'xos', config))).toEqual(['unchanged']);
  });

  test('Flux applies every story, and has waited until it is true', async () => {
    const changes = await flux('apply', 'stories', inYaml(storyObjects));
    expect(Object.keys(changes)).toHaveLength(storyObjects.length);
    const made = await children();
    const verdicts = await tools.kstatus(made);
    expect(made.filter((_, index) => verdicts[index]?.status !== 'Current').map(({ kind }) => kind)).toEqual([]);
    expect(await scene.get(Deployments, 'website/web')).toMatchObject({ status: { readyReplicas: 2 } });
    expect(await scene.get(StatefulSets, 'stateful/store')).toMatchObject({ status: { readyReplicas: 3 } });
    expect(await scene.get(Pods, 'demo-trust/demo-pod')).toMatchObject({ status: { phase: 'Running' } });
  });

  test('the second time nothing changes, and nobody writes', async () => {
    await scene.untilRest();
    const before = versions([...(await ours()), ...(await children())]);
    const mark = scene.audit.mark();
    expect(actionsOf(await flux('apply', 'stories', inYaml(storyObjects)))).toEqual(['unchanged']);
    expect(versions([...(await ours()), ...(await children())])).toEqual(before);
    expect(scene.audit.count(mark)).toEqual({});
  });

  test('Flux corrects what people change, and brings what Git changes, and each time waits until it is true', async () => {
    await scene.kubectl('patch', 'xosslice', '-n', 'website', 'web', '--type=merge', '-p', '{"spec":{"replicas":4}}');
    expect(changedIn(await flux('apply', 'stories', inYaml(storyObjects)))).toEqual(['XosSlice/website/web']);
    expect(await scene.get(Deployments, 'website/web')).toMatchObject({ spec: { replicas: 2 } });
    const git = storyObjects
      .map(edited('XosSlice', 'web', { replicas: 3 }))
      .map(edited('XosSlice', 'store', { image: 'registry.k8s.io/pause:3.9' }));
    expect(changedIn(await flux('apply', 'stories', inYaml(git))).toSorted()).toEqual([
      'XosSlice/stateful/store',
      'XosSlice/website/web',
    ]);
    expect(await scene.get(Deployments, 'website/web')).toMatchObject({ status: { readyReplicas: 3 } });
    const pods = (await scene.list(Pods, 'stateful')).map(({ spec }) => spec.containers.map(({ image }) => image));
    expect(pods).toEqual(pods.map(() => ['registry.k8s.io/pause:3.9']));
  });

  test('the marks of Argo CD stay where it puts them, and there is no difference to ignore', async () => {
    const marked = storyObjects.map(({ metadata, ...object }) => ({
      ...object,
      metadata: {
        ...metadata,
        labels: { [ARGO_LABEL]: 'stories' },
        annotations: { [ARGO_ANNOTATION]: `stories:${object.kind}:${keyOf(metadata)}` },
      },
    }));
    await serverSide('argocd-controller', marked, '--force-conflicts');
    await untilCurrent();
    const applied = new Set(marked.map(idOf));
    const others = [...(await ours()), ...(await children())].filter((object) => !applied.has(idOf(object)));
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter((object) => JSON.stringify(wanted(object)).includes('stories:'))).toEqual([]);
    expect(others.filter(({ metadata }) => metadata.labels?.[ARGO_LABEL] !== undefined)).toEqual([]);
    const dry = ['--force-conflicts', '--dry-run=server', '-o', 'json'];
    const { items } = JSON.parse((await serverSide('argocd-controller', marked, ...dry)).stdout) as {
      items: KubeObject[];
    };
    const live = new Map((await listAll(storyResources)).map((object) => [idOf(object), wanted(object)]));
    expect(items.map((object) => [idOf(object), live.get(idOf(object))])).toEqual(
      items.map((object) => [idOf(object), wanted(object)]),
    );
  });

  test('the health scripts join what an argocd-cm has already', async () => {
    const url = 'https://argocd.example.com';
    const metadata = { name: 'argocd-cm', namespace: 'default' };
    await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { url } });
    const patch = ['--type', 'merge', '--patch-file', join(ROOT, 'config', 'argocd', 'argocd-cm.yaml')];
    await scene.kubectl('patch', 'configmap', '-n', 'default', 'argocd-cm', ...patch);
    const data = (await scene.get(ConfigMaps, 'default/argocd-cm'))?.data ?? {};
    expect([data['url'], Object.keys(data).length]).toEqual([url, kinds.length + 1]);
  });

  test('what others made is taken over by Flux, and by kubectl if it is told to', async () => {
    await scene.apply(namespace('shop'), deployment('shop', 'web', 2));
    await scene.untilReady(XosSlices, 'shop/web.deployment', 'Observed');
    const pods = async () => (await scene.list(Pods, 'shop')).map(({ metadata }) => metadata.uid).toSorted();
    const before = await pods();
    const spec = { controllerKind: 'Deployment', resourceName: 'web', adoptionPolicy: 'AdoptIfUnowned' };
    const taken = managed('XosSlice', 'web.deployment', spec, 'shop');
    await expect(serverSide('team-a', [taken])).rejects.toThrow(/conflicts with "xos-operator"[^]*spec\.xosManaged/);
    expect(changedIn(await flux('apply', 'shop', inYaml([taken])))).toEqual(['XosSlice/shop/web.deployment']);
    expect(await scene.get(Deployments, 'shop/web')).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'XosSlice', name: 'web.deployment' }] },
    });
    expect(actionsOf(await flux('apply', 'shop', inYaml([taken])))).toEqual(['unchanged']);
    expect(await pods()).toEqual(before);
  });

  test('Flux prunes all of it', async () => {
    expect(actionsOf(await flux('prune', 'stories', inYaml(storyObjects)))).toEqual(['deleted']);
    await untilNothingIsLeft();
  });

  test('in the waves of Argo CD one is Healthy before the next, and pruned in the opposite order nothing at all is left', async () => {
    for (const wave of storyWaves) {
      await serverSide('argocd-controller', wave, '--force-conflicts');
      await untilHealthy(customResources(wave));
    }
    expect(await scene.kubectl('get', 'crd', BEHIND, '-o', 'name')).toContain(BEHIND);
    for (const wave of storyWaves.toReversed()) {
      const prune = ['delete', '--cascade=foreground', '--timeout=100s', '-f', '-'];
      await scene.cluster.kubectl(prune, { input: inYaml(wave) });
    }
    await expect(scene.kubectl('get', 'crd', BEHIND)).rejects.toThrow('NotFound');
    expect(await liveOf(storyObjects)).toEqual([]);
  });

  test('people who apply with kubectl --server-side, and change what they applied, are in nobody’s way', async () => {
    await serverSide('team-a', storyObjects);
    await untilCurrent();
    await serverSide('team-a', storyObjects);
    await serverSide('team-a', storyObjects.map(changed));
    await serverSide(
      'team-b',
      customResources(storyObjects).map(({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        metadata: { ...metadata, labels: { team: 'b' } },
        spec: kind === 'XosSite' ? { contact: 'b@example.com' } : {},
      })),
    );
    await untilCurrent();
  });

  test('until here nothing ever failed, and all that was ever seen stood as tools should see it', async () => {
    const seen = scene.seenStatuses;
    const [kstatus, argocd] = [await tools.kstatus(seen), await tools.argocd(seen)];
    expect(kstatus.filter(({ status }) => status === 'Failed')).toEqual([]);
    const samples = seen.map(sampleOf);
    expect(samples.map((sample, index) => [sample, kstatus[index]?.status, argocd[index]?.status])).toEqual(
      samples.map((sample) => [sample, expectedOf(sample).kstatus, expectedOf(sample).argocd]),
    );
  });

  test.each([
    { how: 'one by one in a random order, in the background', seed: 1, propagationPolicy: 'Background' },
    { how: 'one by one in a random order, in the foreground', seed: 2, propagationPolicy: 'Foreground' },
  ] as const)('deleted $how, everything goes', async ({ seed, propagationPolicy }) => {
    await serverSide('team-a', storyObjects);
    await untilCurrent();
    for (const object of shuffled(storyObjects, seeded(seed))) {
      await scene.client.delete(resourceOf(object), keyOf(object.metadata), { propagationPolicy }).catch(unlessGone);
    }
    await untilNothingIsLeft();
  });

  test('deleted by `kubectl delete -k` while it is still being made, everything goes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xos-git-'));
    try {
      writeFileSync(join(folder, 'all.yaml'), inYaml(storyObjects));
      writeFileSync(join(folder, 'kustomization.yaml'), stringify({ resources: ['all.yaml'] }));
      await scene.kubectl('apply', '-k', folder);
      await scene.kubectl('delete', '-k', folder, '--timeout=90s', '--ignore-not-found');
    } finally {
      rmSync(folder, { recursive: true });
    }
    await untilNothingIsLeft();
  });
});
