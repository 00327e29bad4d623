/** Taking the operator away from worlds that it keeps, and what is to be seen of them then. */
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { Installation, OURS } from './installation.ts';
import { ROOT, Scene } from './scene.ts';
import { changedSince, goneSince, look, makeWorlds, placesOf, type Sight } from './world.ts';

/** What refuses to delete our definitions says so. */
export const REFUSED = /Set mode: Release in the XosKubernetesService to keep what runs/;
/** Below this heading of docs/operations.md. */
export const WAY_OUT = 'What waits for an operator that is gone';
/** What waits is tried again by the operator, at most a minute apart. */
export const LONG_MS = 240_000;
/** Not the category `xos`: it has cluster-scoped kinds too, which are deleted whatever namespace is named. */
const NAMESPACED = kinds.flatMap(({ resource }) => (resource.namespaced ? [resourceName(resource)] : [])).join();
/** What carries the annotations by which tools leave it. */
const DEFINITIONS = kinds.map(({ resource }) => `CustomResourceDefinition ${resourceName(resource)}`);
const GUARD = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map(
  (kind) => `${kind} definitions.xos.opencord.org`,
);
/** So long what is as it should be must stay so. */
const STAYS_MS = 1_500;

/** What is to be seen after something was taken away; nothing else. */
interface Expected {
  readonly gone?: readonly string[];
  readonly waiting?: readonly string[];
}

export class Removal {
  readonly scene: Scene;
  readonly installation: Installation;
  #worlds: readonly string[] = [];
  #then: Sight = { names: new Map(), bodies: new Map() };

  private constructor(scene: Scene) {
    this.scene = scene;
    this.installation = new Installation(scene);
  }

  static async start(): Promise<Removal> {
    return new Removal(await Scene.start({ operator: false, service: false }));
  }

  /** Installs, and makes these worlds, on which everything is seen from here on. */
  async begin(...names: string[]): Promise<void> {
    const { scene } = this;
    this.#worlds = names;
    await this.installation.install();
    await scene.until('the service', () => scene.get(XosKubernetesServices, 'kubernetes'));
    await scene.setMode('Manage');
    this.#then = await makeWorlds(scene, names);
  }

  /** As `begin`, and then everything is released. */
  async release(...names: string[]): Promise<void> {
    await this.begin(...names);
    await this.scene.setMode('Release');
    await this.scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);
    await this.only(...names);
  }

  /** From here on only these worlds count. */
  async only(...names: string[]): Promise<void> {
    this.#worlds = names;
    this.#then = await look(this.scene, names);
  }

  /** Waits until exactly this is gone and waits, and sees that it stays so; all the rest is as it was, byte for byte. */
  async sees({ gone = [], waiting = [] }: Expected): Promise<void> {
    const wanted = { gone: [...new Set(gone)].toSorted(), waiting: [...waiting].toSorted() };
    let seen = await this.now();
    const arrived = async () => {
      seen = await this.now();
      return JSON.stringify(seen) === JSON.stringify(wanted) ? true : undefined;
    };
    await this.scene.until('what should go', arrived, 80_000).catch(() => undefined);
    expect(seen).toEqual(wanted);
    await new Promise((resolve) => setTimeout(resolve, STAYS_MS));
    expect(await this.now()).toEqual(wanted);
    expect(changedSince(this.#then, await look(this.scene, this.#worlds))).toEqual([]);
  }

  /** What is gone and what waits. */
  async now(): Promise<{ gone: string[]; waiting: string[] }> {
    const waiting = (await this.installation.waiting()).filter((name) => this.#isOurs(name));
    return { gone: goneSince(this.#then, await look(this.scene, this.#worlds)), waiting };
  }

  /** `kubectl delete`, which waits for nothing. */
  async remove(...args: string[]): Promise<void> {
    await this.scene.kubectl('delete', '--wait=false', ...args);
  }

  async removeCustomResources(world: string): Promise<void> {
    for (const place of placesOf(world)) await this.remove(NAMESPACED, '--all', '-n', place);
    await this.remove('xostrustdomain', ...placesOf(world));
  }

  async close(): Promise<void> {
    await this.scene.close();
  }

  /** What waits in other worlds is the business of other tests. */
  #isOurs(name: string): boolean {
    const [, world] = /-([a-z])(?:\/|$)/.exec(name) ?? [];
    return world === undefined || this.#worlds.includes(world);
  }
}

type Step = (removal: Removal) => Promise<void>;

/** What takes a part of the operator away, and nothing else with it. */
export const PARTS: readonly [string, Step][] = [
  ['the operator', ({ installation }) => installation.endOperator()],
  [
    'its namespace',
    async (removal) => {
      await removal.remove('namespace', 'xos-system');
      await removal.installation.endWithDeployment();
      await untilNamespaceGone(removal);
    },
  ],
  ['its rights', (removal) => removal.remove('clusterrolebinding,clusterrole', '-l', OURS)],
  ['its policies', (removal) => removal.remove('-k', `${ROOT}/config/policy`)],
];

/** What takes all of it away, but for the definitions, which are guarded. */
export const EVERYTHING: readonly [string, Step][] = [
  [
    'everything, by kubectl',
    async (removal) => {
      const deleting = removal.scene.kubectl('delete', '-k', `${ROOT}/config/default`);
      await Promise.all([expect(deleting).rejects.toThrow(REFUSED), removal.installation.endWithDeployment()]);
      await untilNamespaceGone(removal);
    },
  ],
  [
    'everything, by Flux',
    async (removal) => {
      const { installation } = removal;
      const [changes] = await Promise.all([installation.prune(), installation.endWithDeployment()]);
      const skipped = Object.keys(changes).filter((name) => changes[name] !== 'deleted');
      expect(skipped.toSorted()).toEqual([...DEFINITIONS, ...GUARD].map((name) => name.replace(' ', '/')).toSorted());
      expect(await installation.left()).toEqual([...DEFINITIONS, ...GUARD].toSorted());
      // What guards the definitions stays with them.
      await expect(removal.remove('crd', '-l', OURS)).rejects.toThrow(REFUSED);
    },
  ],
];

async function untilNamespaceGone({ scene }: Removal): Promise<void> {
  await scene.kubectl('wait', 'namespace', 'xos-system', '--for=delete', '--timeout=60s');
}
