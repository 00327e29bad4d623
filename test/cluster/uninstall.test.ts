/**
 * Taking the operator away, in every order, ends; with and without a release before. What runs lives on or goes as
 * docs/operations.md says, nothing else is touched, and what waits for the operator has a way out: the commands are those
 * of that page.
 */
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { describeOnOwnCluster } from '../support/cluster.ts';
import { Installation, OURS } from '../support/installation.ts';
import { ROOT, Scene } from '../support/scene.ts';
import {
  appliedIn,
  changedSince,
  goneSince,
  heldIn,
  look,
  makeWorlds,
  ownedIn,
  placesOf,
  type Sight,
  wholeOfBound,
  wholeOfMade,
} from '../support/world.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const REFUSED = /Set mode: Release in the XosKubernetesService to keep what runs/;
/** Not the category `xos`: it has cluster-scoped kinds too, which are deleted whatever namespace is named. */
const NAMESPACED = kinds.flatMap(({ resource }) => (resource.namespaced ? [resourceName(resource)] : [])).join();
const WAY_OUT = 'What waits for an operator that is gone';

/** What waits is tried again by the operator, at most a minute apart. */
const LONG_MS = 240_000;
const NOTHING = { gone: [], waiting: [] };
/** What is to be seen after something was taken away. */
interface Expected {
  readonly gone?: readonly string[];
  readonly waiting?: readonly string[];
}

describeOnOwnCluster('taken away', () => {
  let scene: Scene;
  let installation: Installation;
  let then: Sight;
  let worlds: readonly string[] = [];
  const begin = async (...names: string[]) => {
    worlds = names;
    await installation.install();
    await scene.until('the service', () => scene.get(XosKubernetesServices, 'kubernetes'));
    await scene.setMode('Manage');
    then = await makeWorlds(scene, names);
  };
  /** From here on only these worlds count. */
  const only = async (...names: string[]) => {
    worlds = names;
    then = await look(scene, names);
  };
  /** What waits in other worlds is the business of other tests. */
  const isOurs = (name: string) => {
    const [, world] = /-([a-z])(?:\/|$)/.exec(name) ?? [];
    return world === undefined || worlds.includes(world);
  };
  const now = async () => {
    const waiting = (await installation.waiting()).filter(isOurs);
    return { gone: goneSince(then, await look(scene, worlds)), waiting };
  };
  /** Waits until exactly this is gone and waits, and sees that it stays so; all the rest is as it was, byte for byte. */
  const sees = async ({ gone = [], waiting = [] }: Expected) => {
    const wanted = { gone: [...new Set(gone)].toSorted(), waiting: [...waiting].toSorted() };
    let seen = await now();
    const arrived = async () => {
      seen = await now();
      return JSON.stringify(seen) === JSON.stringify(wanted) ? true : undefined;
    };
    await scene.until('what should go', arrived, 80_000).catch(() => undefined);
    expect(seen).toEqual(wanted);
    await pause(1_500);
    expect(await now()).toEqual(wanted);
    expect(changedSince(then, await look(scene, worlds))).toEqual([]);
  };
  const remove = async (...args: string[]): Promise<void> => {
    await scene.kubectl('delete', '--wait=false', ...args);
  };
  const removeCustomResources = async (world: string) => {
    for (const place of placesOf(world)) await remove(NAMESPACED, '--all', '-n', place);
    await remove('xostrustdomain', ...placesOf(world));
  };

  const untilNamespaceGone = async () => {
    await scene.kubectl('wait', 'namespace', 'xos-system', '--for=delete', '--timeout=60s');
  };

  beforeAll(async () => {
    scene = await Scene.start({ operator: false, service: false, crds: false });
    installation = new Installation(scene);
  }, 120_000);
  afterAll(async () => {
    await scene.close();
  });

  /** What takes the operator away, or a part of it, and nothing else with it. */
  const HARMLESS: readonly [string, () => Promise<void>][] = [
    ['the operator', () => installation.endOperator()],
    [
      'its namespace',
      async () => {
        await remove('namespace', 'xos-system');
        await installation.endWithDeployment();
        await untilNamespaceGone();
      },
    ],
    ['its rights', () => remove('clusterrolebinding,clusterrole', '-l', OURS)],
    ['its policies', () => remove('-k', `${ROOT}/config/policy`)],
    [
      'everything, by kubectl',
      async () => {
        const deleting = scene.kubectl('delete', '-k', `${ROOT}/config/default`);
        await Promise.all([expect(deleting).rejects.toThrow(REFUSED), installation.endWithDeployment()]);
        await untilNamespaceGone();
      },
    ],
    [
      'everything, by Flux',
      async () => {
        await Promise.all([installation.prune(), installation.endWithDeployment()]);
        // What guards the definitions stays with them.
        await expect(remove('crd', '-l', OURS)).rejects.toThrow(REFUSED);
      },
    ],
  ];

  /** In which the others are contained. */
  const EVERYTHING = HARMLESS.filter(([what]) => what.startsWith('everything'));

  describe('while things are managed', () => {
    beforeAll(async () => {
      await begin('a', 'b', 'c', 'd');
    }, 180_000);

    test.each(HARMLESS)('%s: nothing changes, and neither when it is installed again', async (_what, takeAway) => {
      await takeAway();
      expect(await now()).toEqual(NOTHING);
      await installation.install();
      await sees({});
    });

    test('the definitions by themselves: refused, and nothing changes', async () => {
      await expect(remove('crd', '-l', OURS)).rejects.toThrow(REFUSED);
      await sees({});
    });

    test(
      'the operator, then custom resources: what they own goes, and what is held waits for the way out',
      async () => {
        await installation.endOperator();
        await removeCustomResources('a');
        await sees({ gone: ownedIn('a'), waiting: heldIn('a') });
        expect(await installation.typed(WAY_OUT)).toMatchObject({ code: 0 });
        await sees({ gone: ownedIn('a') });
      },
      LONG_MS,
    );

    test(
      'the operator, then namespaces: what is held waits until it is there again',
      async () => {
        await only('b', 'c', 'd');
        await remove('namespace', ...placesOf('b'));
        await scene.kubectl('delete', 'xostrustdomain', ...placesOf('b'), '--wait=false');
        const rest = [...wholeOfMade('b'), ...wholeOfBound('b').filter((name) => !name.startsWith('Namespace '))];
        await sees({ gone: rest, waiting: ['Namespace bound-b', ...heldIn('b')] });
        await installation.install();
        await sees({ gone: [...wholeOfMade('b'), ...wholeOfBound('b')] });
      },
      LONG_MS,
    );

    test(
      'its rights, then what is held: it waits until the rights are there again',
      async () => {
        await only('c', 'd');
        await remove('clusterrolebinding,clusterrole', '-l', OURS);
        await remove('xosresourceinstance', '-n', 'bound-c', 'applied');
        await remove('xostrustdomain', 'made-c');
        await sees({ waiting: heldIn('c') });
        await installation.install();
        await sees({ gone: [...appliedIn('c'), ...wholeOfMade('c')] });
      },
      LONG_MS,
    );

    test(
      'everything at once, too late for the operator: what is held waits for the way out',
      async () => {
        await only('d');
        await scene.operator?.stop();
        await scene.kubectl('annotate', 'crd', '-l', OURS, 'xos.opencord.org/allow-deletion=true');
        await remove('-k', `${ROOT}/config/default`);
        const definitions = ['xosresourceinstances', 'xostrustdomains'].map(
          (plural) => `CustomResourceDefinition ${plural}.xos.opencord.org`,
        );
        await sees({ gone: ownedIn('d'), waiting: [...definitions, ...heldIn('d')] });
        expect(await installation.typed(WAY_OUT)).toMatchObject({ code: 0 });
        await sees({ gone: ownedIn('d') });
        expect(await installation.left()).toEqual([]);
      },
      LONG_MS,
    );
  });

  describe('after a release', () => {
    const release = async (...names: string[]) => {
      await begin(...names);
      await scene.setMode('Release');
      await scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);
      await only(...names);
    };
    beforeAll(async () => {
      await release('e', 'f');
    }, 180_000);

    test.each(EVERYTHING)(
      '%s: nothing changes, and neither when it is installed again',
      async (_what, takeAway) => {
        await takeAway();
        expect(await now()).toEqual(NOTHING);
        await installation.install();
        await sees({});
      },
      LONG_MS,
    );

    test(
      'the operator, then custom resources: nothing goes with them, and nothing waits',
      async () => {
        await installation.endOperator();
        await removeCustomResources('e');
        await sees({});
      },
      LONG_MS,
    );

    test(
      'the operator, then namespaces: they end',
      async () => {
        await only('f');
        await remove('namespace', ...placesOf('f'));
        await sees({ gone: [...wholeOfMade('f'), ...wholeOfBound('f')] });
      },
      LONG_MS,
    );

    test(
      'all that was made with it, while the operator runs: it ends',
      async () => {
        await begin('g');
        expect(await installation.typed('With everything that was made')).toMatchObject({ code: 0 });
        await installation.endWithDeployment();
        await sees({ gone: [...ownedIn('g'), ...appliedIn('g'), ...wholeOfMade('g')] });
        expect(await installation.left()).toEqual([]);
      },
      LONG_MS,
    );

    test(
      'everything at once: it ends, and everything runs on',
      async () => {
        await release('h');
        const typed = installation.typed('Keeping everything that runs');
        await installation.endWithDeployment();
        expect(await typed).toMatchObject({ code: 0 });
        await sees({});
        expect(await installation.left()).toEqual([]);
      },
      LONG_MS,
    );
  });
});
