/** What becomes of mirrors whose original is gone. */
import { keyIn, refersTo } from '../api/meta.ts';
import type { KubeObject, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Outcome, Removal } from '../runtime/outcome.ts';
import type { View } from '../runtime/view.ts';

/**
 * So long Kubernetes' garbage collector has for what refers to something that is gone. It may overlook it for good: where it
 * lists anew after an outage and finds another object of the same name, it never learns that the first one ended
 * (docs/decisions/0007-when-mirrors-come-and-go.md).
 */
const COLLECTION_MS = 60_000;

/**
 * Kubernetes removes a mirror that refers to its original. We act where the reference was stripped, and where Kubernetes did
 * not act. `originals` are the kinds that are watched and mirrored so: what refers to anything else is not judged.
 */
export function afterlife(mirrors: readonly Removal[], originals: readonly Resource[], view: View): Outcome {
  const staying = mirrors.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const stripped = staying.filter(({ object }) => ownersOf(object).length === 0);
  if (stripped.length > 0) return { remove: stripped };
  const overlooked = staying.filter(({ object }) => ownersOf(object).every((owner) => isGone(owner, object)));
  return overlooked.length === 0 ? { remove: [] } : { remove: overlooked, holdAllMs: COLLECTION_MS };

  function isGone(owner: OwnerReference, { metadata }: KubeObject): boolean {
    const resource = originals.find((original) => refersTo(owner, original));
    return (
      resource !== undefined && view.get(resource, keyIn(metadata.namespace, owner.name))?.metadata.uid !== owner.uid
    );
  }
}

function ownersOf({ metadata }: KubeObject): readonly OwnerReference[] {
  return metadata.ownerReferences ?? [];
}
