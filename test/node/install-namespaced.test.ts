/** To install for some namespaces only, by the commands of docs/installation.md, and to remove that. */
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { BareNode } from '../support/bare-node.ts';
import { commandsBelow } from '../support/typed.ts';

const TEAM = 'team-a';
/** What is left of what is declared there, and what every namespace has. */
const LEFT_IN_TEAM = [
  'ConfigMap team-a/kube-root-ca.crt',
  'Namespace /team-a',
  'Pod team-a/web',
  'ServiceAccount team-a/default',
];

describe('by kubectl for some namespaces, on a real node with nothing of ours', () => {
  const [install = '', declare = '', remove = ''] = commandsBelow('By kubectl, for some namespaces');
  let node: BareNode;
  beforeAll(async () => {
    node = await BareNode.start();
  });
  afterAll(async () => {
    await node.close();
  });

  test('what is declared there is Ready, and a container', async () => {
    await node.type(install);
    expect(await node.type(declare)).toMatch(/xosserviceinstance\S+\/web .* True +Reconciled/);
    await node.expectContainer(`${TEAM}/web`);
    const mirrored = (await node.scene.list(XosServiceInstances)).map(({ metadata }) => metadata.namespace);
    expect(mirrored).toEqual([TEAM]);
  });

  test('it goes, what runs there stays as it is, and nothing else is left', async () => {
    const before = await node.others();
    expect(before).toHaveLength(2);
    await node.type(remove);
    await node.untilLeft(LEFT_IN_TEAM);
    expect(await node.others()).toEqual(before);
  });
});
