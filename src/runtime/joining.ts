/**
 * Joining: an object that was there before, and that nobody keeps, is taken over without touching what it says. First the
 * mirror's reference leaves the custom resource, then ours comes onto the object: in the other order each would own the
 * other, and deleting one would take both. After that only what the spec says is kept.
 * Source: api.md, "Joining and leaving: promotion and release".
 */
import { keyOf, MARK } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import type { Primary } from './controller.ts';
import { differences } from './diff.ts';
import { isReportOnly } from './drift.ts';
import { givenUp } from './giving-up.ts';
import { listed } from './listed.ts';
import type { Child, Verdict } from './outcome.ts';
import { ownerInWords, toolOf } from './ownership.ts';
import { beingDeleted, frozenOf, nameOf, pathsOf, reported, type Step, withOwner } from './step.ts';

/** What to do about an object that is not ours: it is taken over if that is asked for, and left as it is otherwise. */
export function planJoining(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const obstacle = obstacleTo(child, live, primary);
  if (obstacle !== undefined) return { actions: [], blocked: obstacle, foreign: true };
  const detached = detachment(live, primary);
  if (detached !== undefined) return { actions: [detached] };
  const { resource } = child;
  return {
    actions: [{ verb: 'join', resource, target: targetOf(live, keyOf(live.metadata)), object: marks(child, primary) }],
  };
}

/** What is kept of an object that was taken over. It is never replaced or deleted: it may hold more than we could make. */
export function planPromoted(child: Child, live: Live<KubeObject>, primary: Primary): Step {
  const desired = withOwner(promoted(child.said ?? bare(child.object)), child.strategy, primary);
  const found = differences(desired, live);
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

/** Takes the reference of the mirror, that the custom resource was, off it; undefined if there is none. */
export function detachment(live: Live<KubeObject>, { resource, object }: Primary): Action | undefined {
  const { ownerReferences = [], labels = {} } = object.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== live.metadata.uid);
  const isMarked = labels[MARK.managed] === 'false';
  if (others.length === ownerReferences.length && !isMarked) return undefined;
  const metadata: JsonObject = {
    ownerReferences: others.length > 0 ? others.map((each) => ({ ...each })) : null,
    ...(isMarked && { labels: { [MARK.managed]: null } }),
  };
  return { verb: 'merge', resource, target: targetOf(object, keyOf(object.metadata)), patch: { metadata } };
}

function obstacleTo(child: Child, live: Live<KubeObject>, primary: Primary): Verdict | undefined {
  const [owner] = (live.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== primary.object.metadata.uid);
  const keeper = owner === undefined ? toolOf(live) : `${owner.kind} ${owner.name}`;
  if (!isWelcome(primary) || child.said === undefined)
    return nameConflict(child, keeper ?? ownerInWords(live), mayJoin(child, keeper));
  if (keeper !== undefined) return nameConflict(child, keeper, '');
  return live.metadata.deletionTimestamp === undefined ? undefined : beingDeleted(child).blocked;
}

function isWelcome({ object }: Primary): boolean {
  const { spec } = object as { spec?: { adoptionPolicy?: string } };
  return spec?.adoptionPolicy === 'AdoptIfUnowned';
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

/** Our marks, and nothing else. */
function marks(child: Child, primary: Primary): KubeObject {
  return withOwner(promoted(bare(child.object)), child.strategy, primary);
}

function bare({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function promoted(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [MARK.promoted]: 'true' };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
