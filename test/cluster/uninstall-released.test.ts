/** Taking the operator away after everything was released, or with all that was made with it, ends in every order: see docs/operations.md. */
import { EVERYTHING, LONG_MS, Removal } from '../support/removal.ts';
import { appliedIn, ownedIn, placesOf, wholeOfBound, wholeOfMade } from '../support/world.ts';

describe('taken away after a release', () => {
  let removal: Removal;
  beforeAll(async () => {
    removal = await Removal.start();
    await removal.release('e', 'f');
  }, 240_000);
  afterAll(async () => {
    await removal.close();
  });

  test.each(EVERYTHING)(
    '%s: nothing changes, and neither when it is installed again',
    async (_what, takeAway) => {
      await takeAway(removal);
      expect(await removal.now()).toEqual({ gone: [], waiting: [] });
      await removal.installation.install();
      await removal.sees({});
    },
    LONG_MS,
  );

  test(
    'the operator, then custom resources: nothing goes with them, and nothing waits',
    async () => {
      await removal.installation.endOperator();
      await removal.removeCustomResources('e');
      await removal.sees({});
    },
    LONG_MS,
  );

  test(
    'the operator, then namespaces: they end',
    async () => {
      await removal.only('f');
      await removal.remove('namespace', ...placesOf('f'));
      await removal.sees({ gone: [...wholeOfMade('f'), ...wholeOfBound('f')] });
    },
    LONG_MS,
  );

  test(
    'all that was made with it, while the operator runs: it ends',
    async () => {
      await removal.begin('g');
      expect(await removal.installation.typed('With everything that was made')).toMatchObject({ code: 0 });
      await removal.installation.endWithDeployment();
      await removal.sees({ gone: [...ownedIn('g'), ...appliedIn('g'), ...wholeOfMade('g')] });
      expect(await removal.installation.left()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'everything at once: it ends, and everything runs on',
    async () => {
      await removal.release('h');
      const typed = removal.installation.typed('Keeping everything that runs');
      await removal.installation.endWithDeployment();
      expect(await typed).toMatchObject({ code: 0 });
      await removal.sees({});
      expect(await removal.installation.left()).toEqual([]);
    },
    LONG_MS,
  );
});
