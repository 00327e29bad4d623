/** Argo CD itself with all of examples/ in Git: in waves, without flapping, against drift, and out again. The nodes are played, and the operator is a process. */
import { Deployments } from '../../src/api/core.ts';
import { type Application, ArgoCd, CASCADE } from '../support/argocd.ts';
import { GitServer } from '../support/git-server.ts';
import { Installation } from '../support/installation.ts';
import { Scene } from '../support/scene.ts';
import { BEHIND, edited, inYaml, storiesLeft, storyObjects, storyWaves } from '../support/stories.ts';

const REST_MS = 20_000;
const pause = async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms));
const WAVE = 'argocd.argoproj.io/sync-wave';
/** The last one is wave 0, as everything that says nothing. */
const inWaves = storyWaves.flatMap((wave, index) =>
  wave.map(({ metadata, ...object }) => ({
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [WAVE]: `${index + 1 - storyWaves.length}` } },
  })),
);
describe('the examples by Argo CD', () => {
  let scene: Scene;
  let git: GitServer;
  let argocd: ArgoCd;
  beforeAll(async () => {
    git = await GitServer.start({ folders: [] });
    scene = await Scene.start({ crds: false, operator: false });
    await new Installation(scene).install();
    argocd = await ArgoCd.start(scene);
  });
  afterAll(async () => {
    await scene.close();
    await git.close();
  });

  const replicas = async () => (await scene.get(Deployments, 'website/web'))?.spec?.['replicas'];

  describe.each([
    { how: 'as it applies by default', syncOptions: [], annotations: {} },
    {
      how: 'server-side',
      syncOptions: ['ServerSideApply=true'],
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
    },
  ])('$how', ({ syncOptions, annotations }) => {
    test('wave after wave everything is Healthy, by one sync', async () => {
      const commit = await git.write({ 'stories/all.yaml': inYaml(inWaves) });
      const stories: Application = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'stories', namespace: 'argocd', annotations, finalizers: [CASCADE] },
        spec: {
          project: 'default',
          source: { repoURL: git.url, targetRevision: 'main', path: 'stories' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions },
        },
      };
      await scene.apply(stories);
      const { status } = await argocd.untilDone('stories', commit);
      expect(status?.history).toHaveLength(1);
      expect(status?.resources).toHaveLength(storyObjects.length);
      expect(status?.resources?.filter((each) => each.status !== 'Synced')).toEqual([]);
      expect(status?.resources?.filter(({ health }) => health && health.status !== 'Healthy')).toEqual([]);
    });

    test('at rest nothing is out of sync, and nothing is synced again', async () => {
      await scene.untilRest();
      const before = await argocd.stand();
      const mark = scene.audit.mark();
      await pause(REST_MS);
      expect(await argocd.stand()).toEqual(before);
      expect(scene.audit.since(mark).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([]);
    });

    test('what people change is put back, and what Git changes is there when it is Healthy', async () => {
      await scene.kubectl('patch', 'xosslice', '-n', 'website', 'web', '--type=merge', '-p', '{"spec":{"replicas":4}}');
      await scene.until('four', async () => ((await replicas()) === 4 ? true : undefined));
      await scene.until('two again', async () => ((await replicas()) === 2 ? true : undefined), 60_000);
      const changed = inWaves.map(edited('XosSlice', 'web', { replicas: 3 }));
      await argocd.untilDone('stories', await git.write({ 'stories/all.yaml': inYaml(changed) }));
      expect(await scene.get(Deployments, 'website/web')).toMatchObject({ status: { readyReplicas: 3 } });
    });

    test('pruned, nothing is left', async () => {
      await argocd.remove('stories');
      await expect(scene.kubectl('get', 'crd', BEHIND)).rejects.toThrow('NotFound');
      expect(await storiesLeft(scene)).toEqual([]);
    });
  });
});
