/**
 * A controller decides, for one key, what should be. Two sorts exist: the controller of a kind, made here, whose keys
 * are custom resources; and those of adoption, whose keys are what others made.
 */
import { controllerOf, type Key, keyIn, keyOf, MARK, refersTo } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import type { Kind, Source } from './kind.ts';
import type { Outcome, Owned } from './outcome.ts';
import { isHeld, leftBehind } from './leaving.ts';
import { byOwner, byResourceName, isManaged, ownedBy } from './ownership.ts';
import { conditionsOf } from './report.ts';
import type { View } from './view.ts';

/** The object that an outcome is about, and what it owns at present. */
export interface Primary {
  readonly resource: Resource;
  readonly object: Live<KubeObject>;
  readonly owned: readonly Owned[];
}

export interface Decision {
  readonly outcome: Outcome;
  /** Left out by adoption, whose children are owned by what they mirror. */
  readonly primary?: Primary;
}

export interface Controller {
  /** Unique; stands in logs and in the queue. */
  readonly name: string;
  readonly sources: readonly Source[];
  /** Pure. Undefined: nothing to do. */
  decide(key: Key, view: View): Decision | undefined;
}

/** The names of the resources that a controller needs to see. */
export function resourcesOf(controller: Controller): string[] {
  return [...new Set(controller.sources.map((source) => resourceName(source.resource)))];
}

const PAUSED: Outcome = {
  report: {
    verdict: {
      state: 'Paused',
      reason: 'Paused',
      message: `Nothing is created or updated while the annotation ${MARK.paused} is "true"; remove it to go on.`,
    },
  },
};

const RELEASED: Outcome = {
  report: {
    verdict: {
      state: 'Ready',
      reason: 'Observed',
      message: 'This is not managed, because spec.xosManaged is false: what it stands for is left as it is.',
    },
  },
};

/** The controller of a kind. */
export function controllerFor(kind: Kind): Controller {
  return {
    name: resourceName(kind.resource),
    sources: [primarySource(kind), ...kind.owns.map((owned) => ownedSource(kind, owned)), ...kind.reads],
    decide: (key, view) => {
      const object = view.get(kind.resource, key);
      if (object === undefined) return undefined;
      const outcome = outcomeFor(kind, object, view);
      return (
        outcome && { outcome, primary: { resource: kind.resource, object, owned: ownedBy(kind.owns, object, view) } }
      );
    },
  };
}

/** The four cases of a finalizer: alive or going, with or without it. Source: kube-rs, finalizer(). */
function outcomeFor(kind: Kind, object: Live<KubeObject>, view: View): Outcome | undefined {
  const held = isHeld(object);
  if (!isManaged(object)) return released(kind, object, view);
  if (object.metadata.deletionTimestamp !== undefined) return held ? finalized(kind, object, view) : undefined;
  if (isPaused(object)) return kind.evenPaused?.(object, view) ?? PAUSED;
  const outcome = kind.reconcile(object, view);
  // Held before the first child is made: a crash in between must not leave the child without anybody to end it.
  return outcome.finalizer === true && !held ? { finalizer: true } : outcome;
}

/** What is not managed any more gives back what it has, and must not be held back by us. */
function released(kind: Kind, object: Live<KubeObject>, view: View): Outcome | undefined {
  const release = leftBehind(kind, object, view);
  if (release.length === 0 && !isHeld(object)) return letGo(object);
  // Deleting always ends.
  const isGoing = object.metadata.deletionTimestamp !== undefined;
  return (isGoing ? undefined : kind.rests?.(view)) ?? { release, finalizer: false };
}

/**
 * What was managed says once that it is no more: of a kind that is in the inventory the mirror will say the rest, of any
 * other nobody would, and what stands there would go on praising what nobody looks after.
 */
function letGo(object: Live<KubeObject>): Outcome | undefined {
  const said = conditionsOf(object).find(({ type }) => type === 'Ready');
  const isOld = said?.observedGeneration !== undefined && said.observedGeneration !== object.metadata.generation;
  return isOld && said.reason !== 'Observed' ? RELEASED : undefined;
}

/** A kind that has nothing to do before the end lets go at once: somebody copied the finalizer, with the rest of an object. */
function finalized(kind: Kind, object: Live<KubeObject>, view: View): Outcome {
  return kind.finalize === undefined ? { finalizer: false } : kind.finalize(object, view);
}

function isPaused({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[MARK.paused] === 'true';
}

function primarySource(kind: Kind): Source {
  return { resource: kind.resource, matters: isOurBusiness, wakes: (object) => [keyOf(object.metadata)] };
}

/** The status of a mirror, of which there are as many as pods, is adoption's business alone. */
function isOurBusiness(before: Live<KubeObject> | undefined, after: Live<KubeObject> | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return (
    isManaged(before) || isManaged(after) || isHeld(after) || before.metadata.generation !== after.metadata.generation
  );
}

/** A child wakes its owner, and whoever wants its name for a child: an obstacle that goes away heals what it blocked. */
function ownedSource(kind: Kind, owned: Resource): Source {
  const byName = byResourceName(kind.resource);
  return {
    resource: owned,
    indexes: [byOwner(owned), byName],
    wakes: (child, view) => {
      const owner = controllerOf(child);
      const wanting = view.by(byName, keyOf(child.metadata)).map((primary) => keyOf(primary.metadata));
      if (owner === undefined || !refersTo(owner, kind.resource)) return wanting;
      return [keyIn(child.metadata.namespace, owner.name), ...wanting];
    },
  };
}
