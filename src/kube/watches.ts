/**
 * All reflectors: one for each store that is not filled by ourselves; or, where the operator is restricted to namespaces,
 * one for each of them, so that a namespace that may not be looked at holds up nobody but itself.
 */
import { Namespaces } from '../api/core.ts';
import { GROUP } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import { namespaceUnseen } from './restriction.ts';
import type { Store } from './store.ts';

export interface WatchesOptions extends Pick<ReflectorOptions<KubeObject>, 'client' | 'clock' | 'random' | 'log'> {
  /** Those that are looked at; left out: all, and what has none. */
  readonly namespaces?: readonly string[] | undefined;
}

interface Watching {
  readonly resource: string;
  /** Left out: wherever the objects are. */
  readonly namespace: string | undefined;
  readonly reflector: Reflector<KubeObject>;
}

export class Watches {
  /** Resolves when all has been listed, but for namespaces that may not be looked at. */
  readonly caughtUp: Promise<void>;
  /** Whether namespaces are looked at one by one. */
  readonly byNamespace: boolean;
  readonly #all: readonly Watching[];
  /** Tells of the namespaces, which nobody may look at themselves. */
  readonly #tellUnseen: () => void;

  constructor(stores: Iterable<Store>, { namespaces, ...how }: WatchesOptions) {
    this.byNamespace = namespaces !== undefined;
    this.#tellUnseen = () => {
      const store = [...stores].find(({ resource }) => resource === Namespaces);
      for (const name of namespaces ?? []) store?.observe(namespaceUnseen(name));
    };
    this.#all = [...stores].flatMap((store) =>
      partsOf(store.resource, namespaces).map((namespace) => watching(store, namespace, how)),
    );
    this.caughtUp = Promise.all(
      this.#all.map(({ namespace, reflector }) => (namespace === undefined ? reflector.synced : reflector.answered)),
    ).then(() => undefined);
  }

  /** Each resolves when more is there than before. */
  get steps(): Promise<void>[] {
    return this.#all.map(({ reflector }) => reflector.synced);
  }

  /** What stands in the way of following a resource, in whatever namespace; undefined if nothing does. */
  *problems(): Iterable<readonly [resource: string, problem: string | undefined]> {
    for (const [resource, all] of Map.groupBy(this.#all, ({ resource: name }) => name))
      yield [resource, firstProblem(all)];
  }

  /** Whether these resources have been listed once: what is not looked at by namespaces, and what is in this one. */
  hasSynced(resources: readonly string[], namespace = ''): boolean {
    return this.#all.every(
      (each) =>
        !resources.includes(each.resource) ||
        (each.namespace !== undefined && each.namespace !== namespace) ||
        each.reflector.hasSynced(),
    );
  }

  /** Which resource has not been seen yet, and why. A namespace counts only as long as nothing is known of any. */
  unready(): string | undefined {
    const unseen = this.#all.filter(({ reflector }) => !reflector.hasSynced());
    const { shut, byNamespace } = this.#namespaces();
    const isAllShut = shut.length > 0 && shut.length === byNamespace.size;
    const [first] = unseen.filter(({ namespace }) => isAllShut || namespace === undefined || !shut.includes(namespace));
    return first && (first.reflector.problem ?? `The list of ${first.resource} has not come yet.`);
  }

  /** A sentence for each namespace that cannot be looked at. The others are not concerned. */
  get remarks(): string[] {
    const { shut, byNamespace } = this.#namespaces();
    return shut.map((namespace) => `Namespace ${namespace} waits: ${firstProblem(byNamespace.get(namespace)) ?? ''}`);
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#tellUnseen();
    await Promise.all(this.#all.map(({ reflector }) => reflector.run(signal)));
  }

  #namespaces(): { shut: string[]; byNamespace: Map<string, Watching[]> } {
    const byNamespace = Map.groupBy(this.#all, ({ namespace = '' }) => namespace);
    byNamespace.delete('');
    const shut = [...byNamespace].filter(([, all]) => firstProblem(all) !== undefined).map(([namespace]) => namespace);
    return { shut, byNamespace };
  }
}

function firstProblem(some: readonly Watching[] = []): string | undefined {
  return some.map(({ reflector }) => reflector.problem).find((problem) => problem !== undefined);
}

/** Of what has no namespace, only what is ours is looked at where the operator is restricted: it may see nothing else. */
function partsOf(
  { group, namespaced, inMemory }: Resource,
  namespaces: readonly string[] | undefined,
): readonly (string | undefined)[] {
  if (inMemory === true) return [];
  if (namespaces === undefined) return [undefined];
  if (namespaced) return namespaces;
  return group === GROUP ? [undefined] : [];
}

function watching(store: Store, namespace: string | undefined, how: Omit<WatchesOptions, 'namespaces'>): Watching {
  const { resource } = store;
  const parts = namespace === undefined ? { sink: store } : { sink: store.partOf(namespace), selection: { namespace } };
  return { resource: resourceName(resource), namespace, reflector: new Reflector({ ...how, ...parts, resource }) };
}
