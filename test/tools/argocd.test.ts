/** Argo CD itself on a real node: from Git it installs the operator as docs/installation.md says, and the seed's example, and takes them away. */
import { parse } from 'yaml';
import { type Application, ArgoCd, CASCADE } from '../support/argocd.ts';
import { BareNode, DEMO, GUARDS, SYSTEM } from '../support/bare-node.ts';
import { GitServer } from '../support/git-server.ts';
import { documentsIn } from '../support/typed.ts';
import { VERSION } from '../../src/version.ts';

const [CHART = ''] = documentsIn('Argo CD');
/** As the sentence below it has it. */
const DEFAULT = CHART.replace('path: charts/xos-operator', 'path: config/default').replace(
  /helm:[^]*?image:.*/,
  `kustomize: { images: ['xos-operator=REGISTRY/xos-operator:${VERSION}'] }`,
);

const REST_MS = 20_000;

describe.each([
  ['the chart', CHART],
  ['config/default', DEFAULT],
])('%s by Argo CD, on a real node with nothing of ours', (_way, document) => {
  let node: BareNode;
  let git: GitServer;
  let argocd: ArgoCd;
  let asked: Application;
  beforeAll(async () => {
    git = await GitServer.start({ folders: ['charts', 'config', 'crds', 'examples/demo.yaml'], tag: `v${VERSION}` });
    asked = parse(git.fill(document)) as Application;
    node = await BareNode.start();
    argocd = await ArgoCd.start(node.scene);
    await node.beginHere();
  });
  afterAll(async () => {
    await node.close();
    await git.close();
  });

  const apply = async (application: Application) => {
    const { metadata } = application;
    await node.scene.apply({ ...application, metadata: { ...metadata, finalizers: [CASCADE] } });
    return await argocd.untilDone(metadata.name, await git.head());
  };

  test('the operator is there when it is Healthy, and so is the example', async () => {
    await apply(asked);
    expect((await node.copies()).uids).toHaveLength(2);
    const source = { repoURL: git.url, targetRevision: 'main', path: 'examples' };
    await apply({ ...asked, metadata: { ...asked.metadata, name: 'demo' }, spec: { ...asked.spec, source } });
    await node.expectContainer(`${DEMO}/demo-pod`);
  });

  test('nothing is out of sync, and nothing is synced again', async () => {
    const before = await argocd.stand();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    expect(await argocd.stand()).toEqual(before);
  });

  test('the example is pruned, and all of it goes', async () => {
    await argocd.remove('demo');
    await expect(node.scene.kubectl('get', 'namespace', DEMO)).rejects.toThrow('NotFound');
    expect(await node.others()).toHaveLength(1);
  });

  test('pruned itself, it leaves what runs as it is, and beside that only the CRDs and what guards them', async () => {
    await node.expectWork();
    await node.expectToGo(async () => {
      await argocd.remove(asked.metadata.name);
      await node.scene.kubectl('delete', GUARDS, '--selector=app.kubernetes.io/part-of=xos-operator');
      await node.scene.kubectl('delete', 'namespace', SYSTEM, '--ignore-not-found');
    });
  });
});
