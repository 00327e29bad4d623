/** The end of an XosResourceInstance: what it applied is deleted as the principal, or left where that is wanted. */
import { Namespaces } from '../../api/core.ts';
import type { XosResourceInstance } from '../../api/generated/xosresourceinstances.ts';
import type { Live } from '../../api/object.ts';
import { idOf, type ObjectRef, observationsByOwner } from '../../runtime/errand.ts';
import { listed } from '../../runtime/listed.ts';
import { type Outcome, progressing, stalled } from '../../runtime/outcome.ts';
import type { View } from '../../runtime/view.ts';
import { inWords, removalsOf } from './removing.ts';
import { errandFor, refOf, removingFor, type Situation, situationOf, type Standing } from './situation.ts';
import { isStalled, statusOf } from './verdict.ts';

/** How many of what is left are named. */
const NAMED = 10;
const HOLD_MS = 1_000;
const WAY_OUT = 'Mend that, or set spec.deletionPolicy to Orphan to leave what is there.';

export function finalized(instance: Live<XosResourceInstance>, view: View): Outcome {
  const entries = instance.status?.resources ?? [];
  if (instance.spec.deletionPolicy === 'Orphan' || entries.length === 0) return { finalizer: false };
  const acting = removingFor(instance, view);
  if ('account' in acting) return removed(instance, situationOf(instance, acting.account, view), view);
  if (isEnding(instance, view))
    return givenUp(
      instance,
      entries.map((entry) => refOf(entry, instance)),
      view,
    );
  return blocked(acting.problem, { status: instance.status ?? {} });
}

function removed(instance: Live<XosResourceInstance>, situation: Situation, view: View): Outcome {
  const ending = isEnding(instance, view);
  const removing = removalsOf(situation.entries.values(), situation, ending);
  const errands = removing.flatMap(({ ref, task }) => (task === undefined ? [] : [errandFor(ref, task, situation)]));
  const details = { errands, status: statusOf([], removing, instance) };
  const refused = removing.filter(isStalled);
  if (removing.length === 0) return { finalizer: false };
  if (ending && removing.every(isForbidden))
    return givenUp(
      instance,
      removing.map(({ ref }) => ref),
      view,
    );
  const [first] = refused;
  if (first !== undefined)
    return blocked(`${inWords(first.ref, instance.metadata.namespace)}: ${first.message ?? ''}`, details);
  const left = removing.length === 1 ? 'One object is' : `${removing.length} objects are`;
  return progressing(`${left} being deleted.`, { ...details, holdStatusMs: HOLD_MS });
}

function isForbidden({ state }: Standing): boolean {
  return state === 'Forbidden';
}

function blocked(cause: string, details: object): Outcome {
  return stalled('DeletionBlocked', `${cause} ${WAY_OUT}`, details);
}

/** Where the namespace itself is being deleted, rights may have gone first: nothing could ever be deleted any more. */
function isEnding({ metadata }: Live<XosResourceInstance>, view: View): boolean {
  return view.get(Namespaces, metadata.namespace ?? '')?.metadata.deletionTimestamp !== undefined;
}

/** The Event is about the namespace: within it, as it ends, none can be made. */
function givenUp(instance: Live<XosResourceInstance>, refs: readonly ObjectRef[], view: View): Outcome {
  const { name, namespace = '' } = instance.metadata;
  const object = view.get(Namespaces, namespace);
  const left = refs.filter((ref) => !endsToo(ref, instance, view)).map((ref) => inWords(ref, namespace));
  if (object === undefined || left.length === 0) return { finalizer: false };
  const message =
    `XosResourceInstance ${name} could not delete all that it applied, because its principal lost its rights as the namespace was deleted. ` +
    `What may be left outside of the namespace is for you to delete: ${listed(left, NAMED)}.`;
  return { finalizer: false, announce: { resource: Namespaces, object, reason: 'LeftBehind', message } };
}

/** Whether it is known to live in the namespace that is being deleted, and so goes with it. */
function endsToo(ref: ObjectRef, { metadata }: Live<XosResourceInstance>, view: View): boolean {
  const seen = view.by(observationsByOwner, metadata.uid).find(({ about }) => idOf(about) === idOf(ref));
  return ref.namespace === metadata.namespace && seen?.fact?.state === 'Live' && seen.fact.namespaced;
}
