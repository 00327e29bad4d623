/**
 * Joining: an object that was there before, and that nobody keeps, is taken over without touching what it says. First the
 * mirror's reference leaves the custom resource, then ours comes onto the object: in the other order each would own the
 * other, and deleting one would take both. After that only what the spec says is kept.
 * Source: api.md, "Joining and leaving: promotion and release".
 */
import { keyOf, MARK, refersTo } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live, OwnerReference } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import type { Primary } from './controller.ts';
import { childOf, differences, ownedFields } from './diff.ts';
import { isReportOnly } from './drift.ts';
import { givenUp } from './giving-up.ts';
import { listed } from './listed.ts';
import type { Child, Owned, Verdict } from './outcome.ts';
import { adoptsIfUnowned, ownerInWords } from './ownership.ts';
import { toolOf } from '../api/tools.ts';
import { beingDeleted, frozenOf, nameOf, pathsOf, promoted, reported, type Step } from './step.ts';

/** What to do about an object that is not ours: it is taken over if that is asked for, and left as it is otherwise. */
export function planJoining(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const obstacle = obstacleTo(child, live, primary);
  if (obstacle !== undefined) return { actions: [], blocked: obstacle, foreign: true };
  const detached = detachment(primary, child);
  if (detached !== undefined) return { actions: [detached] };
  const { resource } = child;
  return {
    actions: [
      {
        verb: 'join',
        resource,
        target: targetOf(live, keyOf(live.metadata)),
        object: promoted(bare(child.object), primary),
      },
    ],
  };
}

/** What is kept of an object that was taken over. It is never replaced or deleted: it may hold more than we could make. */
export function planPromoted(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const desired = promoted(child.said ?? bare(child.object), primary);
  const found = differences(desired, live, true);
  if (pathsOf(found).length === 0) return { actions: [] };
  if (isReportOnly(primary)) return reported(child, pathsOf(found));
  const fixed = frozenOf(child, found.lacking);
  if (fixed.length > 0) return { actions: [], blocked: immovable(child, fixed) };
  const { resource } = child;
  const target = targetOf(live, keyOf(live.metadata));
  if (found.surplus.length > 0)
    return {
      actions: [{ verb: 'giveUp', resource, target, operations: givenUp(desired, live), paths: found.surplus }],
    };
  return { actions: [{ verb: 'apply', resource, target, object: desired, force: true, paths: found.lacking }] };
}

/**
 * Takes the reference of the mirror, that the custom resource was, off it; undefined if there is none. What is managed
 * goes with nobody but itself, whether what it mirrored is there or not, and also if it stands for something else by now.
 */
export function detachment({ resource, object }: Primary, child?: Child): Action | undefined {
  const { ownerReferences = [], labels = {} } = object.metadata;
  const ours = childOf(childOf(ownedFields(object, ['Apply', 'Update']), 'f:metadata'), 'f:ownerReferences') ?? {};
  const isChild = ({ resource: of, object: { metadata } }: Child, each: OwnerReference) =>
    refersTo(each, of) && each.name === metadata.name;
  const isOriginal = (each: OwnerReference) =>
    Object.hasOwn(ours, `k:${JSON.stringify({ uid: each.uid })}`) || (child !== undefined && isChild(child, each));
  const others = ownerReferences.filter((each) => !isOriginal(each));
  const isMarked = labels[MARK.managed] === 'false';
  if (others.length === ownerReferences.length && !isMarked) return undefined;
  const metadata: JsonObject = {
    ownerReferences: others.length > 0 ? others.map((each) => ({ ...each })) : null,
    ...(isMarked && { labels: { [MARK.managed]: null } }),
  };
  return { verb: 'merge', resource, target: targetOf(object, keyOf(object.metadata)), patch: { metadata } };
}

function obstacleTo(child: Child, live: Live<KubeObject>, primary: Primary): Verdict | undefined {
  const keeper = keeperOf(live);
  if (!adoptsIfUnowned(primary.object) || child.said === undefined)
    return nameConflict(child, keeper ?? ownerInWords(live), mayJoin(child, keeper));
  if (keeper !== undefined) return nameConflict(child, keeper, '');
  return live.metadata.deletionTimestamp === undefined ? undefined : beingDeleted(child).blocked;
}

/** Who keeps an object, by a mark that has to be obeyed; undefined if it is nobody's. */
function keeperOf(live: Live<KubeObject>): string | undefined {
  const { annotations, ownerReferences = [] } = live.metadata;
  const [first] = ownerReferences;
  const owner = ownerReferences.find(({ controller }) => controller === true) ?? first;
  if (owner !== undefined) return `${owner.kind} ${owner.name}`;
  if (annotations?.[MARK.ownerUid] !== undefined) return `somebody else, as its annotation ${MARK.ownerUid} says`;
  return toolOf(live)?.inWords;
}

/** What is ours, was there before, and is not declared any more: it stays, and that is said. */
export function undeclared({ resource: { kind }, object: { metadata } }: Owned): Verdict {
  const message = `${kind} ${metadata.name} was there before XOS, so it is not deleted although it is not declared any more: delete it, or set spec.xosManaged to false to let go of it.`;
  return { state: 'Stalled', reason: 'DeletionBlocked', message };
}

function mayJoin(child: Child, keeper: string | undefined): string {
  return child.said !== undefined && keeper === undefined
    ? ', set spec.adoptionPolicy to AdoptIfUnowned to have it taken over as it is'
    : '';
}

function nameConflict(child: Child, owner: string, orElse: string): Verdict {
  const message = `${nameOf(child)} exists already and belongs to ${owner}. It is left as it is: declare this under another name or another spec.resourceName${orElse}, or remove the other one.`;
  return { state: 'Stalled', reason: 'NameConflict', message };
}

function immovable(child: Child, paths: readonly string[]): Verdict {
  const message = `${nameOf(child)} was there before XOS, so it is never replaced, and ${listed(paths, 4)} of it cannot be changed in place: take that out of the spec here, or delete ${nameOf(child)} to have it made anew.`;
  return { state: 'Stalled', reason: 'InvalidSpec', message };
}

function bare({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}
