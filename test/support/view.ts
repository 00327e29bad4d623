/** A real store with real indexes, filled by hand: what pure code looks at in the tests without a cluster. */
import { adoption } from '../../src/adoption/index.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import type { Outcome } from '../../src/runtime/outcome.ts';
import { kinds } from '../../src/kinds/index.ts';
import { Stores } from '../../src/kube/stores.ts';
import { controllerFor } from '../../src/runtime/controller.ts';

export const controllers = [...kinds.map(controllerFor), ...adoption];

/** An object, and of which resource it is. */
export type Placed = [Resource, KubeObject];

/** What the controller of a resource decides for a key when these objects are all there is. */
export function decide(resource: Resource, key: string, ...objects: Placed[]): Outcome | undefined {
  const controller = controllers.find(({ name }) => name === resourceName(resource));
  return controller?.decide(key, viewOf(...objects))?.outcome;
}

/** The keys of a controller that a change of the last of these objects wakes. */
export function wokenBy(woken: Resource, ...objects: readonly [...Placed[], Placed]): string[] {
  const [resource, object] = objects.at(-1) ?? objects[0];
  const view = viewOf(...objects);
  const found = view.get(resource, keyOf(object.metadata));
  if (found === undefined) throw new Error('The object is not in the view.');
  const { sources = [] } = controllers.find(({ name }) => name === resourceName(woken)) ?? {};
  const listening = sources.filter((source) => source.resource === resource);
  return [...new Set(listening.flatMap((source) => [...source.wakes(found, view)]))];
}

let version = 1000;

/** The object as the API server would return it. Its UID is made of its kind and key, unless it brings one. */
export function live<T extends KubeObject>(object: T): Live<T> {
  version += 1;
  const { metadata, kind } = object;
  const fixed = { uid: `${kind}:${keyOf(metadata)}`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
  return { ...object, metadata: { ...fixed, resourceVersion: String(version), ...metadata } };
}

/** A view that holds these objects, and nothing else. */
export function viewOf(...objects: readonly Placed[]): Stores {
  const stores = new Stores(
    controllers.flatMap(({ sources }) => sources),
    () => undefined,
  );
  for (const store of stores) store.begin();
  for (const [resource, object] of objects) stores.of(resource).add(live(object));
  for (const store of stores) store.commit('1');
  return stores;
}
