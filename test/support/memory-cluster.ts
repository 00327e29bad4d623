/** A cluster of one map: it carries actions out at once, remembers them, and fails when it is told to. */
import { keyOf } from '../../src/api/meta.ts';
import type { Json, JsonObject, KubeObject, Live } from '../../src/api/object.ts';
import type { Stores } from '../../src/kube/stores.ts';
import { type Action, type Cluster, isQuestion, type OwnAction } from '../../src/runtime/action.ts';

export class MemoryCluster implements Cluster {
  readonly actions: Action[] = [];
  /** What the next actions throw, one each; undefined lets one pass. */
  readonly failures: (Error | string | undefined)[] = [];
  /** Held actions wait here until they are let go. */
  gate: Promise<void> | undefined;
  readonly #stores: Stores;
  #version = 1_000_000;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** What was done, in short: `create pods`, `merge pods/status`. */
  get log(): string[] {
    return this.actions.map((action) => {
      const subresource = action.verb === 'merge' && action.subresource !== undefined ? `/${action.subresource}` : '';
      return `${action.verb} ${action.resource.plural}${subresource}`;
    });
  }

  async perform(action: Action): Promise<void> {
    await this.gate;
    const failure = this.failures.shift();
    // oxlint-disable-next-line typescript/only-throw-error -- What is thrown may be anything: that is the point of some tests.
    if (failure !== undefined) throw failure;
    this.actions.push(action);
    this.#carryOut(action);
  }

  #carryOut(action: Action): void {
    // An errand is the business of kube/errands.ts.
    if (action.verb === 'errand' || isQuestion(action)) return;
    const store = this.#stores.of(action.resource);
    if (action.verb === 'delete') store.observeGone(action.target.key, action.target.uid);
    else store.observe(this.#after(action));
  }

  #after(action: Exclude<OwnAction, { verb: 'delete' }>): KubeObject {
    this.#version += 1;
    const resourceVersion = String(this.#version);
    if (action.verb === 'create' || action.verb === 'createByApply') {
      const uid = `made-${this.#version}`;
      return { ...action.object, metadata: { ...action.object.metadata, uid, resourceVersion, generation: 1 } };
    }
    const live = this.#stores.of(action.resource).get(action.target.key) as Live<KubeObject>;
    const patch =
      action.verb === 'merge' ? action.patch : action.verb === 'apply' ? (action.object as unknown as Json) : {};
    const after = merged(live as unknown as Json, patch) as unknown as KubeObject;
    return { ...after, metadata: { ...after.metadata, resourceVersion } };
  }

  /** The object of that key. */
  find(resource: Action['resource'], object: KubeObject): KubeObject | undefined {
    return this.#stores.get(resource, keyOf(object.metadata));
  }
}

function merged(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const result: JsonObject = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
