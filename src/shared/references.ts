/** Following references: what they lead to, or the sentence that says what is missing. */
import { keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { View } from '../runtime/view.ts';

/** A reference to follow: the field that holds it, for the message, and what it names. */
export interface Reference<T extends KubeObject> {
  readonly field: string;
  readonly to: Resource<T>;
  readonly ref: { readonly name: string } | undefined;
}

/** What a reference leads to, seen from `from`. Undefined if it is absent or does not resolve yet. */
export function resolve<T extends KubeObject>(
  from: KubeObject,
  reference: Reference<T>,
  view: View,
): Live<T> | undefined {
  return reference.ref === undefined
    ? undefined
    : view.get(reference.to, keyOfReference(from, reference, reference.ref));
}

/** A sentence about the first reference that does not resolve yet, or undefined if all do. */
export function missing(
  from: KubeObject,
  references: readonly Reference<KubeObject>[],
  view: View,
): string | undefined {
  for (const reference of references) {
    if (reference.ref === undefined || resolve(from, reference, view) !== undefined) continue;
    return `spec.${reference.field} names ${reference.to.kind} ${reference.ref.name}, which does not exist${whereOf(from, reference)}: create it, or correct the reference.`;
  }
  return undefined;
}

function keyOfReference(from: KubeObject, { to }: Reference<KubeObject>, ref: { name: string }): string {
  return keyIn(to.namespaced ? from.metadata.namespace : undefined, ref.name);
}

function whereOf(from: KubeObject, { to }: Reference<KubeObject>): string {
  return to.namespaced ? ` in namespace ${from.metadata.namespace ?? ''}` : '';
}
