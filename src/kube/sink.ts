/** Where a reflector puts what it sees: usually a store. */
import type { KubeObject } from '../api/object.ts';
import type { Revision } from './revision.ts';

/**
 * Takes the state of one resource, first as a list and then as changes. Objects are handed over for good, have a name
 * and a resourceVersion, and are cut to what is kept.
 *
 * A list is `begin`, any number of `add`, `commit`. It may break off and start again with `begin`. While a list goes on,
 * `add` may repeat an object (the last one holds) and `remove` may take one out again. What was not added between
 * `begin` and `commit` does not exist any more; an object whose UID is another than before was deleted and made anew.
 */
export interface Sink<T extends KubeObject> {
  /** Whether the answer to a write of ours told this already, and the watch has not, so that it need not be read once more. */
  isEcho?(revision: Revision): boolean;
  begin(): void;
  add(object: T): void;
  /** The list is complete, and as of this resourceVersion. */
  commit(resourceVersion: string): void;
  /** Added or modified. May repeat what is known. */
  upsert(object: T): void;
  /** Deleted. `object` is its last state. */
  remove(object: T): void;
  /** Everything up to this resourceVersion has been told. */
  bookmark(resourceVersion: string): void;
}
