/**
 * From what should be to what has to be done: pure, and the one place where the never-harm rule is kept.
 * Source: api.md, "The never-harm rule".
 */
import { keyOf, MARK } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import { Ancestors } from './ancestor.ts';
import { Complaints } from './complaint.ts';
import type { Decision, Primary } from './controller.ts';
import { type Differences, differences } from './diff.ts';
import { type Drift, isReportOnly } from './drift.ts';
import { Observations } from './errand.ts';
import { givenUp } from './giving-up.ts';
import { detachment, planJoining, planPromoted, undeclared } from './joining.ts';
import { releaseOf } from './leaving.ts';
import { planMirror } from './mirror.ts';
import type { Child, Outcome, Owned, Verdict } from './outcome.ts';
import { isPromoted, ownerUidOf } from './ownership.ts';
import { beingDeleted, frozenOf, nameOf, pathsOf, reported, type Step, withOwner } from './step.ts';
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

/** The actions for the children, the finalizer and what should go. Status is planned after them: see report.ts. */
export function planFor(decision: Decision, view: View, now: string): Plan {
  const { outcome, primary } = decision;
  if (outcome.release !== undefined || outcome.disown !== undefined)
    return { actions: leavingActions(decision), drifts: [] };
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
  actions.push(...removals(outcome), ...strayReference(decision));
  const { prune, kept: stays } = unwanted(decision);
  if (isReportOnly(primary))
    return { actions: [...actions, ...asked(decision)], drifts: [...drifts, ...prune.map(driftOfUnwanted)] };
  const [first] = stays;
  const plan = { actions: [...actions, ...prune.map(pruneAction), ...asked(decision)], drifts };
  return first === undefined ? plan : { ...plan, blocked: undeclared(first) };
}

/** What has no child cannot take it over, but is managed all the same: see {@link detachment}. */
function strayReference({ outcome, primary }: Decision): Action[] {
  const detached = primary !== undefined && outcome.children?.length === 0 ? detachment(primary) : undefined;
  return detached === undefined ? [] : [detached];
}

/** Held until all is given back: a crash in between must not leave the rest with an owner that has gone. */
function leavingActions(decision: Decision): Action[] {
  const { outcome, primary } = decision;
  if (primary === undefined) return [];
  const { resource, object } = primary;
  const target = targetOf(object, keyOf(object.metadata));
  const disown: Action[] =
    outcome.disown === undefined ? [] : [{ verb: 'merge', resource, target, patch: outcome.disown }];
  const releases = (outcome.release ?? []).map((owned) => releaseOf(owned, object.metadata.uid));
  return [...disown, ...releases, ...finalizerActions(decision)];
}

/** What changes nothing of ours: errands, and questions. */
function asked({ outcome: { errands = [], inquire = [], trace = [] }, primary }: Decision): Action[] {
  const owner = primary === undefined ? '' : keyOf(primary.object.metadata);
  return [
    ...errands.map((errand): Action => ({ verb: 'errand', resource: Observations, errand })),
    ...inquire.map((about): Action => ({ verb: 'inquire', resource: Complaints, about, owner })),
    ...trace.map((link): Action => ({ verb: 'trace', resource: Ancestors, link })),
  ];
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
  if (live === undefined) return { actions: [detachment(primary, child) ?? createAction(child, desired)] };
  return ownerUidOf(live) === primary.object.metadata.uid
    ? planOurs(child, desired, live, primary)
    : planJoining(child, live, primary);
}

function planBound(child: Child, live: Live<KubeObject> | undefined, primary: Primary): Step {
  if (live === undefined) return { actions: [] };
  const detached = detachment(primary, child);
  if (detached !== undefined) return { actions: [detached] };
  return kept(child, child.object, { live, found: differences(child.object, live) }, primary);
}

function planOurs(child: Child, desired: KubeObject, live: Live<KubeObject>, primary: Primary): Step {
  if (live.metadata.deletionTimestamp !== undefined) return beingDeleted(child);
  const detached = detachment(primary, child);
  if (detached !== undefined) return { actions: [detached] };
  return isPromoted(live) ? planPromoted(child, live, primary) : planOwn(child, desired, live, primary);
}

/** What is our own work can be replaced. */
function planOwn(child: Child, desired: KubeObject, live: Live<KubeObject>, primary: Primary): Step {
  // What is of no more use is as good as gone, and what is gone is made again even where changes are only reported.
  if (child.spent !== undefined) return replacement(child, live, child.spent);
  const wanted = child.inPlace === undefined ? desired : withOwner(child.inPlace, child.strategy, primary);
  const found = differences(wanted, live);
  if (child.strategy === 'Replace' && templateOf(desired) !== templateOf(live)) {
    return isReportOnly(primary)
      ? reported(child, ['template', ...pathsOf(found)])
      : replacement(child, live, 'its template changed');
  }
  if (frozenOf(child, pathsOf(found)).length > 0 && !isReportOnly(primary))
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

function createAction(child: Child, object: KubeObject): Action {
  // A replaced child is never applied to as a whole, so it needs no entry of an applier.
  const verb = child.strategy === 'Replace' ? 'create' : 'createByApply';
  return { verb, resource: child.resource, object };
}

function correction(child: Child, desired: KubeObject, live: Live<KubeObject>, found: Differences): Action {
  const { resource } = child;
  const target = targetOf(live, keyOf(live.metadata));
  const isGiven = (path: string) => child.keepLive?.includes(path) ?? false;
  const given = found.surplus.filter(isGiven);
  // One write a turn: the answer to this one wakes the key, and the next turn sees what is still missing.
  if (given.length > 0)
    return { verb: 'giveUp', resource, target, operations: givenUp(desired, live, isGiven), paths: given };
  // What is only bound belongs to others, who keep what they wrote.
  return { verb: 'apply', resource, target, object: desired, force: child.strategy !== 'Bind', paths: pathsOf(found) };
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

function pruneAction({ resource, object }: Owned): Action {
  return { verb: 'delete', resource, target: targetOf(object, keyOf(object.metadata)) };
}

/**
 * What is owned and no longer wanted goes; only a decision that says what it wants can prune. What is cluster-scoped is
 * marked by an annotation, which travels along when people copy a Namespace under another name: that is never pruned.
 * Neither is what was there before us: it stays.
 */
function unwanted({ outcome, primary }: Decision): { readonly prune: Owned[]; readonly kept: Owned[] } {
  if (outcome.children === undefined || primary === undefined) return { prune: [], kept: [] };
  const wanted = new Set(outcome.children.map((child) => `${child.resource.plural} ${keyOf(child.object.metadata)}`));
  const others = primary.owned
    .filter(({ object: { metadata } }) => metadata.namespace !== undefined && metadata.deletionTimestamp === undefined)
    .filter(({ resource, object }) => !wanted.has(`${resource.plural} ${keyOf(object.metadata)}`));
  return {
    prune: others.filter(({ object }) => !isPromoted(object)),
    kept: others.filter(({ object }) => isPromoted(object)),
  };
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

function templateOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[MARK.templateHash];
}
