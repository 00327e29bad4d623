/** To install with Helm, by the commands of docs/installation.md: from nothing to the seed's example as a container, to another version and back, and to nothing. */
import { Deployments } from '../../src/api/core.ts';
import { BareNode, SYSTEM } from '../support/bare-node.ts';
import { commandsBelow } from '../support/typed.ts';

const [install = '', ...more] = commandsBelow('By Helm');
const [changes, remove] = [more.slice(0, -1), more.at(-1) ?? ''];

describe('by Helm, on a real node with nothing of ours', () => {
  let node: BareNode;
  beforeAll(async () => {
    node = await BareNode.start();
  });
  afterAll(async () => {
    await node.close();
  });

  test('the example is Ready, and a container', async () => {
    await node.type(install);
    await node.expectWork();
    expect((await node.copies()).uids).toHaveLength(2);
  });

  test('changed, and changed back, the operator is another one, and all the rest as it was', async () => {
    const [containers, first] = [await node.others(), await node.copies()];
    let before = first;
    for (const commands of changes) {
      await node.type(commands);
      const now = await node.copies();
      expect(now.uids.filter((uid) => before.uids.includes(uid))).toEqual([]);
      expect(now.args).not.toEqual(before.args);
      expect(await node.scene.get(Deployments, `${SYSTEM}/xos-operator`)).toMatchObject({
        status: { replicas: 2, availableReplicas: 2 },
      });
      await node.expectWork();
      expect(await node.others()).toEqual(containers);
      before = now;
    }
    expect(before.args).toEqual(first.args);
  });

  test('it goes, what runs stays as it is, and nothing else is left', async () => {
    await node.expectToGo(async () => await node.type(remove));
  });
});
