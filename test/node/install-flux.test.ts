/** What Flux does with config/default and the seed's example, by its own library: it installs, waits, and prunes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BareNode, DEMO, GUARDS } from '../support/bare-node.ts';
import { GitopsTools } from '../support/gitops.ts';
import { ROOT } from '../support/scene.ts';

describe('by the library of Flux, on a real node with nothing of ours', () => {
  let node: BareNode;
  let tools: GitopsTools;
  let config: string;
  beforeAll(async () => {
    [node, tools] = await Promise.all([BareNode.start(), GitopsTools.find()]);
    config = await node.scene.kubectl('kustomize', join(ROOT, 'config', 'default'));
  });
  afterAll(async () => {
    await node.close();
  });

  const flux = async (verb: 'apply' | 'prune', name: string, documents: string) =>
    await tools.flux(verb, node.scene.cluster.kubeconfig, name, documents);

  test('the operator is there when it has waited, and so is the example', async () => {
    await flux('apply', 'xos', config);
    expect((await node.copies()).uids).toHaveLength(2);
    await flux('apply', 'demo', readFileSync(join(ROOT, 'examples', 'demo.yaml'), 'utf8'));
    await node.expectContainer(`${DEMO}/demo-pod`);
    await node.expectWork();
  });

  test('pruned, it leaves what runs as it is, and beside that only the CRDs and what guards them', async () => {
    await node.expectToGo(async () => {
      await flux('prune', 'xos', config);
      await node.scene.kubectl('delete', GUARDS, '--selector=app.kubernetes.io/part-of=xos-operator');
    });
  });
});
