/**
 * Taking the operator away while it manages things, in every order, ends. What runs lives on or goes as docs/operations.md
 * says, nothing else is touched, and what waits for the operator has a way out: the commands are those of that page.
 */
import { OURS } from '../support/installation.ts';
import { EVERYTHING, LONG_MS, PARTS, REFUSED, Removal, WAY_OUT } from '../support/removal.ts';
import { ROOT } from '../support/scene.ts';
import { appliedIn, heldIn, ownedIn, placesOf, wholeOfBound, wholeOfMade } from '../support/world.ts';

describe('taken away while things are managed', () => {
  let removal: Removal;
  beforeAll(async () => {
    removal = await Removal.start();
    await removal.begin('a', 'b', 'c', 'd');
  }, 240_000);
  afterAll(async () => {
    await removal.close();
  });

  test.each([...PARTS, ...EVERYTHING])(
    '%s: nothing changes, and neither when it is installed again',
    async (_what, takeAway) => {
      await takeAway(removal);
      expect(await removal.now()).toEqual({ gone: [], waiting: [] });
      await removal.installation.install();
      await removal.sees({});
    },
  );

  test('the definitions by themselves: refused, and nothing changes', async () => {
    await expect(removal.remove('crd', '-l', OURS)).rejects.toThrow(REFUSED);
    await removal.sees({});
  });

  test(
    'the operator, then custom resources: what they own goes, and what is held waits for the way out',
    async () => {
      await removal.installation.endOperator();
      await removal.removeCustomResources('a');
      await removal.sees({ gone: ownedIn('a'), waiting: heldIn('a') });
      expect(await removal.installation.typed(WAY_OUT)).toMatchObject({ code: 0 });
      await removal.sees({ gone: ownedIn('a') });
    },
    LONG_MS,
  );

  test(
    'the operator, then namespaces: what is held waits until it is there again',
    async () => {
      await removal.only('b', 'c', 'd');
      await removal.remove('namespace', ...placesOf('b'));
      await removal.remove('xostrustdomain', ...placesOf('b'));
      const rest = [...wholeOfMade('b'), ...wholeOfBound('b').filter((name) => !name.startsWith('Namespace '))];
      await removal.sees({ gone: rest, waiting: ['Namespace bound-b', ...heldIn('b')] });
      await removal.installation.install();
      await removal.sees({ gone: [...wholeOfMade('b'), ...wholeOfBound('b')] });
    },
    LONG_MS,
  );

  test(
    'its rights, then what is held: it waits until the rights are there again',
    async () => {
      await removal.only('c', 'd');
      await removal.remove('clusterrolebinding,clusterrole', '-l', OURS);
      await removal.remove('xosresourceinstance', '-n', 'bound-c', 'applied');
      await removal.remove('xostrustdomain', 'made-c');
      await removal.sees({ waiting: heldIn('c') });
      await removal.installation.install();
      await removal.sees({ gone: [...appliedIn('c'), ...wholeOfMade('c')] });
    },
    LONG_MS,
  );

  test(
    'everything at once, too late for the operator: what is held waits for the way out',
    async () => {
      await removal.only('d');
      await removal.scene.operator?.stop();
      await removal.scene.kubectl('annotate', 'crd', '-l', OURS, 'xos.opencord.org/allow-deletion=true');
      await removal.remove('-k', `${ROOT}/config/default`);
      const definitions = ['xosresourceinstances', 'xostrustdomains'].map(
        (plural) => `CustomResourceDefinition ${plural}.xos.opencord.org`,
      );
      await removal.sees({ gone: ownedIn('d'), waiting: [...definitions, ...heldIn('d')] });
      expect(await removal.installation.typed(WAY_OUT)).toMatchObject({ code: 0 });
      await removal.sees({ gone: ownedIn('d') });
      expect(await removal.installation.left()).toEqual([]);
    },
    LONG_MS,
  );
});
