/**
 * How an object that was there before comes under a custom resource, and is kept from then on: pure. Joining takes two
 * writes, and never in the other order, for else each would own the other for a moment, and deleting one would take both:
 * first the mirror's reference leaves the custom resource, then the object gets ours.
 * Source: api.md, "Joining and leaving"; docs/decisions/0011-joining-and-leaving.md.
 */
import { keyOf, MARK, refersTo } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import type { Primary } from './controller.ts';
import { differences } from './diff.ts';
import { isReportOnly } from './drift.ts';
import { listed } from './listed.ts';
import type { Child, Verdict } from './outcome.ts';
import { ownerInWords, toolOf } from './ownership.ts';
import { beingDeleted, giveUpAction, isFrozen, nameOf, pathsOf, promoted, reported, type Step } from './step.ts';

/** So many fields are named in a message. */
const SHOWN = 4;

/** What is there and not ours: a conflict, unless it is nobody's and the user asks for it. */
export function joinStep(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const keeper = keeperOf(live);
  if (keeper !== undefined || !adoptsIfUnowned(primary) || child.said === undefined)
    return { actions: [], blocked: nameConflict(child, live, keeper), foreign: true };
  if (live.metadata.deletionTimestamp !== undefined)
    return { actions: [], blocked: beingDeleted(child), foreign: true };
  return { actions: [detachAction(child, primary) ?? joinAction(child, live, primary)] };
}

/** Takes the mirror's reference to what the child is off the primary: what is managed goes with nothing but itself. */
export function detachAction({ resource: to, object: { metadata } }: Child, primary: Primary): Action | undefined {
  const { resource, object: live } = primary;
  const reference = live.metadata.ownerReferences?.find((each) => refersTo(each, to) && each.name === metadata.name);
  if (reference === undefined) return undefined;
  return { verb: 'detach', resource, target: targetOf(live, keyOf(live.metadata)), live, from: reference.uid };
}

function joinAction(child: Child, live: Live<KubeObject>, primary: Primary): Action {
  const object = promoted(bare(child), primary);
  return { verb: 'join', resource: child.resource, target: targetOf(live, keyOf(live.metadata)), object };
}

/** What was promoted is brought to what the spec says, in place or not at all: it is never replaced or deleted. */
export function promotedStep(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const { resource, said = bare(child), spent } = child;
  if (spent !== undefined) return { actions: [], blocked: spentPromoted(child, spent) };
  const object = promoted(said, primary);
  const found = differences(object, live, true);
  const paths = pathsOf(found);
  if (paths.length === 0) return { actions: [] };
  if (isReportOnly(primary)) return reported(child, paths);
  const target = targetOf(live, keyOf(live.metadata));
  // What the spec does not say any more keeps its value: it is given up before the next apply could reset it.
  if (found.surplus.length > 0) return { actions: [giveUpAction(resource, live, object, found.surplus)] };
  const stuck = found.lacking.filter((path) => isFrozen(child, path));
  if (stuck.length > 0) return { actions: [], blocked: frozenPromoted(child, stuck) };
  return { actions: [{ verb: 'apply', resource, target, object, force: true, paths }] };
}

/** What is ours, was promoted, and is no longer declared: it stays, and that is said. */
export function undeclared({ kind }: { kind: string }, { metadata }: KubeObject): Verdict {
  const message = `${kind} ${metadata.name} was there before it was promoted, so it is not deleted although it is not declared any more: delete it, or set spec.xosManaged to false to let go of it.`;
  return { state: 'Stalled', reason: 'DeletionBlocked', message };
}

function bare({ object: { apiVersion, kind, metadata } }: Child): KubeObject {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function adoptsIfUnowned({ object }: Primary): boolean {
  const { spec } = object as { spec?: { adoptionPolicy?: string } };
  return spec?.adoptionPolicy === 'AdoptIfUnowned';
}

/** Who keeps an object, by a mark that has to be obeyed; undefined if it is nobody's. */
function keeperOf(live: Live<KubeObject>): string | undefined {
  const { annotations, ownerReferences = [] } = live.metadata;
  const [first] = ownerReferences;
  if (first !== undefined)
    return ownerReferences.some(({ controller }) => controller) ? ownerInWords(live) : `${first.kind} ${first.name}`;
  if (annotations?.[MARK.ownerUid] !== undefined) return `somebody else, as its annotation ${MARK.ownerUid} says`;
  return toolOf(live);
}

function nameConflict(child: Child, live: Live<KubeObject>, keeper: string | undefined): Verdict {
  const wayIn =
    keeper === undefined && child.said !== undefined
      ? ' To have it managed here as it is, set spec.adoptionPolicy to AdoptIfUnowned.'
      : '';
  const message = `${nameOf(child)} exists already and belongs to ${keeper ?? ownerInWords(live)}. It is left as it is: declare this under another name or another spec.resourceName, or remove the other one.${wayIn}`;
  return { state: 'Stalled', reason: 'NameConflict', message };
}

function frozenPromoted(child: Child, paths: readonly string[]): Verdict {
  const message = `${nameOf(child)} was there before it was promoted, so it is not replaced, and ${listed(paths, SHOWN)} cannot be changed in place: take the change back, or delete ${nameOf(child)} to have it made anew.`;
  return { state: 'Stalled', reason: 'InvalidSpec', message };
}

function spentPromoted(child: Child, spent: string): Verdict {
  const message = `${nameOf(child)} is of no more use, because ${spent}. It was there before it was promoted, so it is not deleted: delete it to have another one made.`;
  return { state: 'Stalled', reason: 'DeletionBlocked', message };
}
