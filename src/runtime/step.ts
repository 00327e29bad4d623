/** What one child asks for, and the small things that all ways of keeping a child share. */
import { MARK, ownerReference } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Action } from './action.ts';
import type { Primary } from './controller.ts';
import type { Differences } from './diff.ts';
import type { Drift } from './drift.ts';
import type { Child, Strategy, Verdict } from './outcome.ts';

export interface Step {
  readonly actions: readonly Action[];
  readonly blocked?: Verdict;
  /** What blocks is somebody else's, so what the reconciler said of it is not said of ours. */
  readonly foreign?: true;
  readonly drift?: Drift;
}

/** The child with our sign of ownership: a controller reference, or the annotation where there can be none. */
export function withOwner(object: KubeObject, strategy: Strategy, primary: Primary): KubeObject {
  if (strategy !== 'Claim') return controlled(object, primary, true);
  const annotations = { ...object.metadata.annotations, [MARK.ownerUid]: primary.object.metadata.uid };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What was there before, with the sign that it is ours now: see isPromoted. An annotation would spread to ReplicaSets. */
export function promoted(object: KubeObject, primary: Primary): KubeObject {
  return controlled(object, primary, false);
}

function controlled(object: KubeObject, primary: Primary, blockOwnerDeletion: boolean): KubeObject {
  const reference = { ...ownerReference(primary.resource, primary.object), controller: true, blockOwnerDeletion };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

/** The step for what differs and is only told. */
export function reported({ resource: { kind }, object }: Child, paths: readonly string[]): Step {
  return { actions: [], drift: { kind, name: object.metadata.name, paths } };
}

export function beingDeleted(child: Child): Step {
  const message = `An earlier ${nameOf(child)} is still being deleted.`;
  return { actions: [], blocked: { state: 'Progressing', reason: 'Progressing', message } };
}

export function pathsOf({ lacking, surplus }: Differences): string[] {
  return [...lacking, ...surplus];
}

export function nameOf(child: Child): string {
  return `${child.resource.kind} ${child.object.metadata.name}`;
}

/** The paths that lie in what cannot be changed in place. */
export function frozenOf({ frozen = [] }: Child, paths: readonly string[]): string[] {
  return paths.filter((path) => frozen.some((each) => path === each || path.startsWith(`${each}.`)));
}
