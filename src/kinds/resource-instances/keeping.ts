/**
 * What to do about one object that is declared: created only where there is none, put back only where it is ours, and
 * never touched where somebody else made it. Source: api.md, "Security", XosResourceInstance.
 */
import { controllerOf, FIELD_MANAGER, groupOf, MARK } from '../../api/meta.ts';
import type { JsonObject, KubeObject, Live } from '../../api/object.ts';
import { isObject } from '../../runtime/diff.ts';
import type { Fact, Observation, Refusal } from '../../runtime/errand.ts';
import { listed } from '../../runtime/listed.ts';
import { ownerInWords } from '../../runtime/ownership.ts';
import { toolOf } from '../../api/tools.ts';
import { driftOf, hashOfObject } from '../../runtime/settled.ts';
import type { Declared } from './documents.ts';
import { healthOf } from './kstatus.ts';
import type { Entry, Situation, Standing } from './situation.ts';

/** What is asked of one object, beside the object. */
interface Asked {
  readonly declared: Declared;
  /** With our marks. */
  readonly desired: KubeObject;
  readonly observation: Observation | undefined;
  readonly entry: Entry | undefined;
  readonly situation: Situation;
}

const OBSERVE = { do: 'observe' } as const;

/** How it stands with a declared object. `others` are all that are declared: some have to come first. */
export function standingOf(declared: Declared, others: readonly Declared[], situation: Situation): Standing {
  const { instance, observations, entries } = situation;
  const desired = marked(declared.object, instance.metadata.uid);
  const asked = {
    declared,
    desired,
    observation: observations.get(declared.id),
    entry: entries.get(declared.id),
    situation,
  };
  const standing = { ref: declared.ref, uid: asked.entry?.uid };
  if (asked.entry === undefined) return { ...standing, ...PENDING, unrecorded: true };
  const refusal = refusalFor(asked);
  if (refusal !== undefined) return { ...standing, ...refused(refusal, asked.observation?.fact) };
  const before = asked.observation?.fact?.state === 'Live' ? undefined : waitsFor(declared, others, situation);
  if (before !== undefined) return { ...standing, state: 'Pending', reason: 'DependencyNotReady', message: before };
  return { ...standing, ...stepFor(asked) };
}

const PENDING = { state: 'Pending', reason: 'Progressing' } as const;

type Step = Omit<Standing, 'ref'>;

function stepFor(asked: Asked): Step {
  const { observation, entry } = asked;
  const fact = observation?.fact;
  // Never asked about: what was made before is looked at, what was not is made, which touches nothing that is there.
  if (fact === undefined) return entry?.uid === undefined ? absent(asked) : { ...looked(asked), task: OBSERVE };
  if (observation?.stale === true) return { ...looked(asked), task: OBSERVE };
  if (fact.state === 'Unserved') {
    const { kind, apiVersion } = asked.declared.ref;
    const message = `The cluster serves no kind ${kind} of ${apiVersion}: install its CustomResourceDefinition, or correct apiVersion and kind.`;
    return { state: 'Pending', reason: 'DependencyNotReady', message };
  }
  return fact.state === 'Absent' ? absent(asked) : live(asked, fact.object);
}

/** Until it is looked at again it is as it was said to be. */
function looked({ entry }: Asked): Step {
  const { state = 'Pending', message } = entry ?? {};
  return { state, reason: 'Progressing', ...(message !== undefined && { message }) };
}

function absent(asked: Asked): Step {
  if (asked.observation?.held === true) {
    const message =
      'Somebody deletes it each time it is made, so it is made again ever more slowly: find out who does.';
    const { kind, name } = asked.declared.ref;
    return { state: 'Pending', reason: 'ProgressingWithRetry', message, contest: { kind, name, paths: [] } };
  }
  // The UID of what is gone must not stand for what is about to come.
  return asked.entry?.uid === undefined ? creation(asked) : { ...PENDING, uid: undefined, unrecorded: true };
}

function creation({ desired }: Asked): Step {
  return { ...PENDING, uid: undefined, task: { do: 'create', object: desired } };
}

function live(asked: Asked, object: Live<KubeObject>): Step {
  const { entry, situation, observation, desired } = asked;
  const { uid } = object.metadata;
  if (!isOurs(object, situation, entry)) return foreign(asked, object);
  if (object.metadata.deletionTimestamp !== undefined)
    return {
      state: 'Pending',
      uid,
      reason: 'Progressing',
      message: 'It is being deleted, and is made again when it is gone.',
    };
  const drift = driftOf(desired, object, observation?.settled);
  if (drift.length === 0) return healthy(object);
  if (situation.instance.spec.driftPolicy === 'Report')
    return {
      ...healthy(object),
      state: 'Drifted',
      drift,
      message: `It differs from what is declared in ${listed(drift, NAMED)}.`,
    };
  if (observation?.held === true)
    return { uid, state: 'Applied', reason: 'ProgressingWithRetry', ...contested(object, drift) };
  const { resourceVersion } = object.metadata;
  const task = { do: 'apply', object: desired, uid, resourceVersion, force: true } as const;
  return { uid, state: 'Applied', reason: 'Progressing', task };
}

function healthy(object: Live<KubeObject>): Step {
  const { uid } = object.metadata;
  const health = healthOf(object);
  if (health === 'Current') return { uid, state: 'Ready' };
  if (health === 'InProgress')
    return { uid, state: 'Applied', reason: 'Progressing', message: 'It is applied, and not ready yet.' };
  return {
    uid,
    state: 'Failed',
    reason: 'Failed',
    message: 'It is applied, and its own status says that it failed: see there.',
  };
}

/** Ours by the UID in its annotation; and, once it is known which one we made, only that one: annotations are copied. */
export function isOurs(object: Live<KubeObject>, { instance }: Situation, entry: Entry | undefined): boolean {
  const isMarked = object.metadata.annotations?.[MARK.ownerUid] === instance.metadata.uid;
  return isMarked && (entry?.uid === undefined || entry.uid === object.metadata.uid);
}

function foreign({ desired, situation }: Asked, object: Live<KubeObject>): Step {
  const { uid, resourceVersion } = object.metadata;
  const owner = ownerOf(object);
  if (situation.instance.spec.adoptionPolicy === 'AdoptIfUnowned' && owner === undefined) {
    const task = { do: 'apply', object: desired, uid, resourceVersion, force: false } as const;
    return { state: 'Pending', uid: undefined, reason: 'Progressing', task };
  }
  const message = `It exists already and belongs to ${owner ?? ownerInWords(object)}. It is left as it is: use another name, remove the other one, or set spec.adoptionPolicy to AdoptIfUnowned if nobody else keeps it.`;
  return { state: 'Conflict', uid: undefined, reason: 'NameConflict', message };
}

/** Who keeps an object, if anybody can be seen to. */
function ownerOf(object: Live<KubeObject>): string | undefined {
  if (controllerOf(object) !== undefined || toolOf(object) !== undefined) return ownerInWords(object);
  return object.metadata.annotations?.[MARK.ownerUid] === undefined ? undefined : 'another custom resource of XOS';
}

/** A refusal of what would be tried again, and not of another object or an earlier look. */
function refusalFor({ observation, desired }: Asked): Refusal | undefined {
  const refusal = observation?.refusal;
  return refusal?.hash === undefined || refusal.hash === hashOfObject(desired) ? refusal : undefined;
}

function refused({ reason, message }: Refusal, fact: Fact | undefined): Step {
  if (reason === 'Forbidden') return { state: 'Forbidden', reason, message };
  if (reason === 'NameConflict') return { state: 'Conflict', reason, message };
  const isPassing = reason === 'DependencyNotReady' || reason === 'ProgressingWithRetry';
  return { state: isPassing ? (fact?.state === 'Live' ? 'Applied' : 'Pending') : 'Failed', reason, message };
}

/** The declared object that has to be there first: its namespace, or the definition of its kind. */
function waitsFor({ ref, id }: Declared, others: readonly Declared[], situation: Situation): string | undefined {
  const first = others.find((other) => other.id !== id && comesBefore(other, ref));
  if (first === undefined) return undefined;
  const fact = situation.observations.get(first.id)?.fact;
  const isThere = fact?.state === 'Live' && fact.object.metadata.deletionTimestamp === undefined;
  if (isThere && (first.ref.kind === 'Namespace' || healthOf(fact.object) === 'Current')) return undefined;
  return `It waits for ${first.ref.kind} ${first.ref.name}.`;
}

function comesBefore({ ref, object }: Declared, later: Declared['ref']): boolean {
  if (ref.apiVersion === 'v1' && ref.kind === 'Namespace') return ref.name === later.namespace;
  if (ref.kind !== 'CustomResourceDefinition') return false;
  const { spec } = object as { spec?: JsonObject };
  const names = spec?.['names'];
  return spec?.['group'] === groupOf(later) && isObject(names) && names['kind'] === later.kind;
}

/** An annotation says whose it is; the label lets a watch tell ours from all others. */
function marked(object: KubeObject, uid: string): KubeObject {
  const { metadata } = object;
  const mark = { [MARK.ownerUid]: uid };
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...mark },
      annotations: { ...metadata.annotations, ...mark },
    },
  };
}

function contested(
  { kind, metadata }: Live<KubeObject>,
  drift: readonly string[],
): Required<Pick<Standing, 'message' | 'contest'>> {
  const other = metadata.managedFields?.findLast(
    ({ manager, subresource }) => manager !== FIELD_MANAGER && subresource === undefined,
  );
  const message = `${other?.manager ?? 'Somebody else'} keeps changing ${listed(drift, NAMED)}, so it is put back ever more slowly: leave these fields out here, or stop the other writer.`;
  return { message, contest: { kind, name: metadata.name, paths: drift, rival: other?.manager } };
}

const NAMED = 3;
