/**
 * From what should be to what has to be done: pure, and the one place where the never-harm rule is kept.
 * Source: api.md, "The never-harm rule".
 */
import { keyOf, MARK, ownerReference } from '../api/meta.ts';
import type { KubeObject, Live, OwnerReference } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import type { Decision, Primary } from './controller.ts';
import { type Differences, differences } from './diff.ts';
import { type Drift, isReportOnly } from './drift.ts';
import { Observations } from './errand.ts';
import { planMirror } from './mirror.ts';
import type { Child, Outcome, Strategy, Verdict } from './outcome.ts';
import { ownerInWords, ownerUidOf } from './ownership.ts';
import type { View } from './view.ts';

/** What has to be done, in this order; and what stands in the way, if anything does. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly blocked?: Verdict;
  /** What blocks is somebody else's, so what the reconciler said of it is not said of ours. */
  readonly foreign?: true;
  /** What differs, and is only reported. */
  readonly drifts: readonly Drift[];
}

/** What one child asks for. */
interface Step {
  readonly actions: readonly Action[];
  readonly blocked?: Verdict;
  readonly foreign?: true;
  readonly drift?: Drift;
}

/** The actions for the children, the finalizer and what should go. Status is planned after them: see report.ts. */
export function planFor(decision: Decision, view: View, now: string): Plan {
  const { outcome, primary } = decision;
  const actions: Action[] = [...finalizerActions(decision)];
  const drifts: Drift[] = [];
  for (const child of outcome.children ?? []) {
    const step = planChild(child, primary, view, now);
    actions.push(...step.actions);
    if (step.drift !== undefined) drifts.push(step.drift);
    // The first child that cannot be made ends the turn: later ones may rely on it, and nothing is pruned before all stand.
    if (step.blocked !== undefined)
      return { actions, drifts, blocked: step.blocked, ...(step.foreign === true && { foreign: true }) };
  }
  actions.push(...removals(outcome));
  return isReportOnly(primary)
    ? { actions: [...actions, ...errands(outcome)], drifts: [...drifts, ...unwanted(decision).map(driftOfUnwanted)] }
    : { actions: [...actions, ...pruneActions(decision), ...errands(outcome)], drifts };
}

function errands({ errands: wanted = [] }: Outcome): Action[] {
  return wanted.map((errand) => ({ verb: 'errand', resource: Observations, errand }));
}

function removals({ remove = [] }: Outcome): Action[] {
  return remove
    .filter(({ object }) => object.metadata.deletionTimestamp === undefined)
    .map(({ resource, object, onlyIfEmpty }) => ({
      verb: 'delete',
      resource,
      target: targetOf(object, keyOf(object.metadata)),
      ...(onlyIfEmpty === true && { onlyIfEmpty: true }),
    }));
}

function planChild(child: Child, primary: Primary | undefined, view: View, now: string): Step {
  const live = view.get(child.resource, keyOf(child.object.metadata));
  if (child.strategy === 'Mirror') return { actions: planMirror(child, live, now) };
  if (primary === undefined) throw new Error(`A ${child.strategy} child needs a primary object.`);
  if (child.strategy === 'Bind') return planBound(child, live, primary);
  const desired = withOwner(child.object, child.strategy, primary);
  return live === undefined ? { actions: [createAction(child, desired)] } : planExisting(child, desired, live, primary);
}

function planBound(child: Child, live: Live<KubeObject> | undefined, primary: Primary): Step {
  if (live === undefined) return { actions: [] };
  return kept(child, child.object, { live, found: differences(child.object, live) }, primary);
}

/** What is there is touched only if it is ours. */
function planExisting(child: Child, desired: KubeObject, live: Live<KubeObject>, primary: Primary): Step {
  if (ownerUidOf(live) !== primary.object.metadata.uid)
    return { actions: [], blocked: nameConflict(child, live), foreign: true };
  if (live.metadata.deletionTimestamp !== undefined) return { actions: [], blocked: beingDeleted(child) };
  // What is of no more use is as good as gone, and what is gone is made again even where changes are only reported.
  if (child.spent !== undefined) return replacement(child, live, child.spent);
  const wanted = child.inPlace === undefined ? desired : withOwner(child.inPlace, child.strategy, primary);
  const found = differences(wanted, live);
  if (child.strategy === 'Replace' && templateOf(desired) !== templateOf(live)) {
    return isReportOnly(primary)
      ? reported(child, ['template', ...pathsOf(found)])
      : replacement(child, live, 'its template changed');
  }
  if (isFrozen(child, found) && !isReportOnly(primary))
    return replacement(child, live, 'what changed in it cannot be changed in place');
  return kept(child, wanted, { live, found }, primary);
}

interface Found {
  readonly live: Live<KubeObject>;
  /** How it differs from what is wanted. */
  readonly found: Differences;
}

/** What is there is brought to what is wanted; or what differs is only told. */
function kept(child: Child, desired: KubeObject, { live, found }: Found, primary: Primary): Step {
  if (pathsOf(found).length === 0) return { actions: [] };
  if (isReportOnly(primary)) return reported(child, pathsOf(found));
  return { actions: [correction(child, desired, live, found)] };
}

function driftOfUnwanted({ resource, object }: Primary['owned'][number]): Drift {
  return { kind: resource.kind, name: object.metadata.name, paths: [] };
}

function reported({ resource: { kind }, object }: Child, paths: readonly string[]): Step {
  return { actions: [], drift: { kind, name: object.metadata.name, paths } };
}

function createAction(child: Child, object: KubeObject): Action {
  // A replaced child is never applied to as a whole, so it needs no entry of an applier.
  const verb = child.strategy === 'Replace' ? 'create' : 'createByApply';
  return { verb, resource: child.resource, object };
}

function correction(child: Child, desired: KubeObject, live: Live<KubeObject>, found: Differences): Action {
  const { resource } = child;
  const target = targetOf(live, keyOf(live.metadata));
  const given = found.surplus.filter((path) => child.keepLive?.includes(path));
  // One write a turn: the answer to this one wakes the key, and the next turn sees what is still missing.
  if (given.length > 0) return { verb: 'giveUp', resource, target, live, paths: given };
  // What is only bound belongs to others, who keep what they wrote.
  return { verb: 'apply', resource, target, object: desired, force: child.strategy !== 'Bind', paths: pathsOf(found) };
}

function pathsOf({ lacking, surplus }: Differences): string[] {
  return [...lacking, ...surplus];
}

function isFrozen({ frozen = [] }: Child, found: Differences): boolean {
  return pathsOf(found).some((path) => frozen.some((each) => path === each || path.startsWith(`${each}.`)));
}

function replacement(child: Child, live: Live<KubeObject>, because: string): Step {
  const verdict = {
    state: 'Progressing',
    reason: 'Progressing',
    message: `${nameOf(child)} is being replaced, because ${because}.`,
  } as const;
  return {
    actions: [{ verb: 'delete', resource: child.resource, target: targetOf(live, keyOf(live.metadata)), because }],
    blocked: verdict,
  };
}

function pruneActions(decision: Decision): Action[] {
  return unwanted(decision).map(({ resource, object }) => ({
    verb: 'delete',
    resource,
    target: targetOf(object, keyOf(object.metadata)),
  }));
}

/**
 * What is owned and no longer wanted goes; only a decision that says what it wants can prune. What is cluster-scoped is
 * marked by an annotation, which travels along when people copy a Namespace under another name: that is never pruned.
 */
function unwanted({ outcome, primary }: Decision): Primary['owned'] {
  if (outcome.children === undefined || primary === undefined) return [];
  const wanted = new Set(outcome.children.map((child) => `${child.resource.plural} ${keyOf(child.object.metadata)}`));
  return primary.owned
    .filter(({ object: { metadata } }) => metadata.namespace !== undefined && metadata.deletionTimestamp === undefined)
    .filter(({ resource, object }) => !wanted.has(`${resource.plural} ${keyOf(object.metadata)}`));
}

function finalizerActions({ outcome, primary }: Decision): Action[] {
  if (outcome.finalizer === undefined || primary === undefined) return [];
  const { resource, object } = primary;
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(MARK.finalizer) === outcome.finalizer) return [];
  const others = finalizers.filter((name) => name !== MARK.finalizer);
  const patch = { metadata: { finalizers: outcome.finalizer ? [...others, MARK.finalizer] : others } };
  return [{ verb: 'merge', resource, target: targetOf(object, keyOf(object.metadata)), patch }];
}

/** The child with our sign of ownership: a controller reference, or the annotation where there can be none. */
function withOwner(object: KubeObject, strategy: Strategy, primary: Primary): KubeObject {
  const { uid } = primary.object.metadata;
  if (strategy === 'Claim') {
    const annotations = { ...object.metadata.annotations, [MARK.ownerUid]: uid };
    return { ...object, metadata: { ...object.metadata, annotations } };
  }
  const reference: OwnerReference = {
    ...ownerReference(primary.resource, primary.object),
    controller: true,
    blockOwnerDeletion: true,
  };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

function templateOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[MARK.templateHash];
}

function nameOf(child: Child): string {
  return `${child.resource.kind} ${child.object.metadata.name}`;
}

function nameConflict(child: Child, live: Live<KubeObject>): Verdict {
  const message = `${nameOf(child)} exists already and belongs to ${ownerInWords(live)}. It is left as it is: declare this under another name or another spec.resourceName, or remove the other one.`;
  return { state: 'Stalled', reason: 'NameConflict', message };
}

function beingDeleted(child: Child): Verdict {
  return {
    state: 'Progressing',
    reason: 'Progressing',
    message: `An earlier ${nameOf(child)} is still being deleted.`,
  };
}
