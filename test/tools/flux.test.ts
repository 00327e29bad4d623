/** Flux itself on a real node: from Git it installs the operator as docs/installation.md says, and the seed's example, and takes them away. */
import { parse } from 'yaml';
import { BareNode, DEMO, GUARDS } from '../support/bare-node.ts';
import { Flux } from '../support/flux.ts';
import { GitServer } from '../support/git-server.ts';
import { documentsIn } from '../support/typed.ts';

const [, DEFAULT = ''] = documentsIn('Flux');

type Kustomization = { metadata: object; spec: object };

describe('by Flux, on a real node with nothing of ours', () => {
  let node: BareNode;
  let git: GitServer;
  let flux: Flux;
  let asked: Kustomization;
  beforeAll(async () => {
    git = await GitServer.start({ folders: ['config', 'crds', 'examples/demo.yaml'] });
    node = await BareNode.start();
    flux = await Flux.start(node.scene);
    await flux.source('xos-operator', git.url);
    await node.beginHere();
    asked = parse(git.fill(DEFAULT)) as Kustomization;
  });
  afterAll(async () => {
    await node.close();
    await git.close();
  });

  test('the operator is there when it is Ready, and so is the example', async () => {
    await node.scene.apply(asked);
    await flux.untilDone('xos-operator', await git.head());
    expect((await node.copies()).uids).toHaveLength(2);
    const { metadata, spec } = asked;
    await node.scene.apply({
      ...asked,
      metadata: { ...metadata, name: 'demo' },
      spec: { ...spec, path: './examples', images: [], dependsOn: [{ name: 'xos-operator' }] },
    });
    await flux.untilDone('demo', await git.head());
    await node.expectContainer(`${DEMO}/demo-pod`);
  });

  test('the example is pruned, and all of it goes', async () => {
    await flux.remove('demo');
    await node.scene.kubectl('wait', '--for=delete', `namespace/${DEMO}`, '--timeout=60s');
    expect(await node.others()).toHaveLength(1);
  });

  test('pruned itself, it leaves what runs as it is, and beside that only the CRDs and what guards them', async () => {
    await node.expectWork();
    await node.expectToGo(async () => {
      await flux.remove('xos-operator');
      await node.scene.kubectl('delete', GUARDS, '--selector=app.kubernetes.io/part-of=xos-operator');
    });
  });
});
