/** What becomes of the mirrors of what is there no more. */
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Outcome, Removal } from '../runtime/outcome.ts';

/**
 * So long Kubernetes' garbage collector has for the mirrors of what is gone. It may overlook one for good: where it lists
 * anew after an outage and finds another object of the same name, it never learns that the first one ended
 * (docs/decisions/0007-when-mirrors-come-and-go.md).
 */
const COLLECTION_MS = 60_000;

/** How it stands with what a mirror mirrors. `Unseen`: it is of a kind that is not watched, and nothing vouches for it now. */
export type Original = 'Alive' | 'Gone' | 'Unseen';

/** An original that can be looked up: the live object, if there is one. */
export function originalIn(live: KubeObject | undefined): Original {
  return live === undefined ? 'Gone' : 'Alive';
}

/** The mirrors of one resource, as what could go. */
export function asRemovals(resource: Resource, mirrors: readonly Live<KubeObject>[]): Removal[] {
  return mirrors.map((object) => ({ resource, object }));
}

/** What becomes of mirrors without their original: Kubernetes removes what refers to it, and we what it cannot or did not. */
export function afterlife(mirrors: readonly Removal[], original: Original): Outcome {
  const stripped = mirrors.filter(({ object }) => (object.metadata.ownerReferences ?? []).length === 0);
  const isOverlooked = stripped.length === 0 && mirrors.length > 0 && original === 'Gone';
  return isOverlooked ? { remove: mirrors, holdAllMs: COLLECTION_MS } : { remove: stripped };
}
