/**
 * The HelmRelease of docs/installation.md on a real node, as Flux brings it: its source controller makes an archive of the chart in Git,
 * and Helm installs that, as helm-controller, which cannot be had here, does with the Helm library.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BareNode } from '../support/bare-node.ts';
import { Flux } from '../support/flux.ts';
import { GitServer } from '../support/git-server.ts';
import { GitopsTools, type HelmRelease } from '../support/gitops.ts';
import { commandsBelow, documentsIn } from '../support/typed.ts';

const [RELEASE = ''] = documentsIn('Flux');
const [removal = ''] = commandsBelow('By Helm').slice(-1);

describe('by a HelmRelease, on a real node with nothing of ours', () => {
  let node: BareNode;
  let git: GitServer;
  let flux: Flux;
  let asked: HelmRelease;
  beforeAll(async () => {
    git = await GitServer.start({ folders: ['charts'] });
    node = await BareNode.start();
    flux = await Flux.start(node.scene);
    await flux.source('xos-operator', git.url);
    await node.beginHere();
    const tools = await GitopsTools.find();
    asked = await tools.helmRelease(git.fill(RELEASE));
  });
  afterAll(async () => {
    await node.close();
    await git.close();
  });

  test('the operator is there, and so is the example', async () => {
    const archive = join(node.scene.cluster.stateDir, 'chart.tgz');
    const values = join(node.scene.cluster.stateDir, 'values.json');
    writeFileSync(archive, await flux.archive(asked.chart));
    writeFileSync(values, JSON.stringify(asked.values));
    const { name, namespace } = asked;
    const install = `helm install ${name} ${archive} -n ${namespace} --create-namespace --wait --timeout 2m -f ${values}`;
    await node.type(install);
    expect((await node.copies()).uids).toHaveLength(2);
    await node.expectWork();
  });

  test('taken away as Helm takes it away, what runs stays as it is, and nothing else is left', async () => {
    await node.scene.kubectl('delete', 'helmchart', '--all', '--all-namespaces');
    await node.expectToGo(async () => await node.type(removal));
  });
});
