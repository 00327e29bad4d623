/** From a change to the keys that have to be looked at again, by what each controller declared as its sources. */
import type { Change } from './change.ts';
import type { Controller } from './controller.ts';
import type { Source } from './kind.ts';
import type { Item } from './queue.ts';
import type { View } from './view.ts';

type Listener = { readonly controller: string; readonly source: Source };

export class Waker {
  readonly #listeners = new Map<string, Listener[]>();
  readonly #view: View;

  constructor(controllers: readonly Controller[], view: View) {
    this.#view = view;
    for (const { name, sources } of controllers) {
      for (const source of sources) this.#listen({ controller: name, source });
    }
  }

  /** The items that a change wakes; one may come twice. */
  *itemsFor(change: Change): Iterable<Item> {
    // Several controllers ask the same of a change, and comparing objects is what costs.
    const answers = new Map<Source['matters'], boolean>();
    for (const { controller, source } of this.#listeners.get(idOf(change.resource)) ?? []) {
      // oxlint-disable-next-line typescript/unbound-method -- It is only compared here, and called as the method that it is below.
      const question = source.matters;
      const matters = answers.get(question) ?? source.matters?.(change.before, change.after) ?? true;
      answers.set(question, matters);
      if (!matters) continue;
      for (const object of [change.before, change.after]) {
        if (object === undefined) continue;
        for (const key of source.wakes(object, this.#view)) yield { controller, key };
      }
    }
  }

  #listen(listener: Listener): void {
    const id = idOf(listener.source.resource);
    this.#listeners.set(id, [...(this.#listeners.get(id) ?? []), listener]);
  }
}

function idOf({ group, plural }: Source['resource']): string {
  return `${plural}.${group}`;
}
