/**
 * Flux itself with all of examples/ in Git: applied, again and again without a write, against drift, and out again. The nodes are
 * played, and the operator is a process.
 */
import { Deployments } from '../../src/api/core.ts';
import { Flux, FLUX } from '../support/flux.ts';
import { GitServer } from '../support/git-server.ts';
import { Installation } from '../support/installation.ts';
import { Scene } from '../support/scene.ts';
import { BEHIND, edited, inYaml, storiesLeft, storyObjects } from '../support/stories.ts';

/** In which everything is applied several times. */
const REST_MS = 25_000;
const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
const STORIES = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'stories', namespace: FLUX },
  spec: {
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    path: './stories',
    interval: '5s',
    prune: true,
    wait: true,
    timeout: '2m',
  },
};

describe('the examples by Flux', () => {
  let scene: Scene;
  let git: GitServer;
  let flux: Flux;
  beforeAll(async () => {
    git = await GitServer.start({ folders: [] });
    scene = await Scene.start({ crds: false, operator: false });
    await new Installation(scene).install();
    flux = await Flux.start(scene);
    await flux.source('fleet', git.url);
  });
  afterAll(async () => {
    await scene.close();
    await git.close();
  });

  const replicas = async () => (await scene.get(Deployments, 'website/web'))?.spec?.['replicas'];

  test('everything is true when it is Ready', async () => {
    const commit = await git.write({ 'stories/all.yaml': inYaml(storyObjects) });
    await scene.apply(STORIES);
    await flux.untilDone('stories', commit);
    expect(await storiesLeft(scene)).toHaveLength(storyObjects.length);
    expect(await scene.get(Deployments, 'website/web')).toMatchObject({ status: { readyReplicas: 2 } });
  });

  test('applied again and again, nobody writes', async () => {
    await scene.untilRest();
    const before = await flux.reconciliations('stories');
    const mark = scene.audit.mark();
    await pause(REST_MS);
    expect((await flux.reconciliations('stories')) - before).toBeGreaterThan(1);
    expect(scene.audit.since(mark).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([]);
  });

  test('what people change is put back, and what Git changes is there when it is Ready', async () => {
    await scene.kubectl('patch', 'xosslice', '-n', 'website', 'web', '--type=merge', '-p', '{"spec":{"replicas":4}}');
    await scene.until('four', async () => ((await replicas()) === 4 ? true : undefined));
    await scene.until('two again', async () => ((await replicas()) === 2 ? true : undefined), 60_000);
    const changed = storyObjects.map(edited('XosSlice', 'web', { replicas: 3 }));
    await flux.untilDone('stories', await git.write({ 'stories/all.yaml': inYaml(changed) }));
    expect(await scene.get(Deployments, 'website/web')).toMatchObject({ status: { readyReplicas: 3 } });
  });

  test('pruned, all of it goes', async () => {
    await flux.remove('stories');
    await scene.until(
      'nothing to be left',
      async () => ((await storiesLeft(scene)).length > 0 ? undefined : true),
      90_000,
    );
    // What a principal applied to the whole cluster is left behind if its rights went first: docs/gitops.md.
    await scene.kubectl('delete', 'crd', BEHIND, '--ignore-not-found');
  });
});
