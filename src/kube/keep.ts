/** What is kept of an object that came from the API server. */
import { keepWhole } from '../api/keep.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

/** How the objects of a resource are cut: as the resource says, or by {@link keepWhole}. */
export function keepOf<T extends KubeObject>(resource: Resource<T>): (object: Live<T>) => Live<T> {
  // A picker may make a new object, but leaves uid and resourceVersion as they are.
  return (object) => (resource.keep ? (resource.keep(object) as Live<T>) : keepWhole(object));
}
