/** What one child asks for, and what all ways of keeping one have in common. */
import { keyOf, MARK, ownerReference } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { type Action, targetOf } from './action.ts';
import type { Primary } from './controller.ts';
import { type Differences, surplusFields } from './diff.ts';
import type { Drift } from './drift.ts';
import type { Child, Verdict } from './outcome.ts';

export interface Step {
  readonly actions: readonly Action[];
  readonly blocked?: Verdict;
  /** What blocks is somebody else's, so what the reconciler said of it is not said of ours. */
  readonly foreign?: true;
  readonly drift?: Drift;
}

/** The child with our sign of ownership: a controller reference, or the annotation where there can be none. */
export function owned({ object, strategy }: Pick<Child, 'object' | 'strategy'>, primary: Primary): KubeObject {
  if (strategy === 'Claim') return annotated(object, { [MARK.ownerUid]: primary.object.metadata.uid });
  return controlled(object, primary, true);
}

/** What was there before, with the signs that it is ours now and was promoted: see isPromoted. */
export function promoted(object: KubeObject, primary: Primary): KubeObject {
  return annotated(controlled(object, primary, false), { [MARK.promoted]: 'true' });
}

function annotated(object: KubeObject, marks: Record<string, string>): KubeObject {
  const annotations = { ...object.metadata.annotations, ...marks };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function controlled(object: KubeObject, primary: Primary, blockOwnerDeletion: boolean): KubeObject {
  const reference = { ...ownerReference(primary.resource, primary.object), controller: true, blockOwnerDeletion };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

/** Gives up what we own at these paths and do not want any more. */
export function giveUpAction(
  resource: Resource,
  live: Live<KubeObject>,
  desired: KubeObject,
  paths: readonly string[],
): Action {
  const fields = surplusFields(desired, live);
  return {
    verb: 'giveUp',
    resource,
    target: targetOf(live, keyOf(live.metadata)),
    live,
    paths,
    fields: paths.flatMap((path) => [fields.get(path) ?? []]),
  };
}

export function pathsOf({ lacking, surplus }: Differences): string[] {
  return [...lacking, ...surplus];
}

/** Whether a path is one of those below which nothing can be changed in place. */
export function isFrozen({ frozen = [] }: Child, path: string): boolean {
  return frozen.some((each) => path === each || path.startsWith(`${each}.`));
}

export function reported({ resource: { kind }, object }: Child, paths: readonly string[]): Step {
  return { actions: [], drift: { kind, name: object.metadata.name, paths } };
}

export function nameOf(child: Child): string {
  return `${child.resource.kind} ${child.object.metadata.name}`;
}

export function beingDeleted(child: Child): Verdict {
  return {
    state: 'Progressing',
    reason: 'Progressing',
    message: `An earlier ${nameOf(child)} is still being deleted.`,
  };
}
