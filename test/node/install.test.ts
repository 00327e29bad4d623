/**
 * To install with kubectl, by the commands of docs/installation.md: from nothing to the seed's example as a container, and back. What
 * ran goes on, and nothing else is left. Other ways have files of their own.
 */
import { BareNode } from '../support/bare-node.ts';
import { chapters, commandsBelow, headings } from '../support/typed.ts';

/** The first block of each installs, and the last one removes. */
const WAYS = ['By kubectl', 'By one file'];
/** Every chapter of docs/installation.md: below which headings its way is typed, or why it is not. */
const CHAPTERS: Readonly<Record<string, readonly string[] | string>> = {
  kubectl: WAYS,
  Helm: ['By Helm'],
  'Argo CD': 'test/tools/argocd.test.ts does it, by `make test-tools`',
  Flux: 'test/tools/flux.test.ts does it, by `make test-tools`; what it does is done here by its own library, in install-flux',
  'Some namespaces only': ['By kubectl, for some namespaces'],
  'On one machine, without a registry': 'it is where all that is typed stands',
  'Trying it': 'it is no way to install',
  Upgrading: 'what is typed of it stands below By Helm',
  Uninstalling: 'it is the last block of each way',
};

test('every way of docs/installation.md is typed', () => {
  expect(chapters).toEqual(Object.keys(CHAPTERS));
  const typed = Object.values(CHAPTERS).flatMap((ways) => (typeof ways === 'string' ? [] : ways));
  expect(headings.filter((heading) => heading.startsWith('By '))).toEqual(typed);
});

describe('on a real node with nothing of ours', () => {
  let node: BareNode;
  beforeAll(async () => {
    node = await BareNode.start();
  });
  afterAll(async () => {
    await node.close();
  });

  describe.each(WAYS)('%s', (way) => {
    const [install = '', remove = ''] = commandsBelow(way);

    test('the example is Ready, and a container', async () => {
      await node.type(install);
      await node.expectWork();
      expect((await node.copies()).uids).toHaveLength(2);
    });

    test('it goes, what runs stays as it is, and nothing else is left', async () => {
      await node.expectToGo(async () => await node.type(remove));
    });
  });
});
