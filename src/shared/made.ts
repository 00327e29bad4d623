/** What a custom resource made: the object of its name, if it is there and its own. */
import { keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { ownerUidOf, resourceNameOf } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';

export function madeBy<T extends KubeObject>(
  owner: Live<KubeObject>,
  resource: Resource<T>,
  view: View,
): Live<T> | undefined {
  const live = view.get(resource, keyIn(owner.metadata.namespace, resourceNameOf(owner)));
  return live !== undefined && ownerUidOf(live) === owner.metadata.uid ? live : undefined;
}
