/**
 * What to do about an object that was applied and is no longer wanted. What status says never authorises a delete: only
 * the live object does, by its annotation, and its UID has to be the one that was made. The last applied goes first, and
 * what depends on it is gone before it goes.
 */
import { idOf, type ObjectRef, type Observation, type Refusal } from '../../runtime/errand.ts';
import { isOurs } from './keeping.ts';
import { rankOf } from './order.ts';
import { type Entry, refOf, type Situation, type Standing } from './situation.ts';

/** How it stands with what is to go; what is gone, or was never ours, is not among it. */
export function removalsOf(entries: Iterable<Entry>, situation: Situation, ending = false): Standing[] {
  const going = [...entries].map((entry) => leaving(entry, situation)).filter((standing) => standing !== undefined);
  // Where a namespace ends, what is refused is given up, and keeps nothing else waiting.
  const counting = going.filter(({ state }) => !ending || state !== 'Forbidden');
  const last = Math.max(...counting.map(({ ref }) => rankOf(ref)));
  // Those before wait until the later ones are gone.
  return going.map((standing) => (rankOf(standing.ref) === last ? standing : resting(standing)));
}

function leaving(entry: Entry, situation: Situation): Standing | undefined {
  const ref = refOf(entry, situation.instance);
  const observation = situation.observations.get(idOf(ref));
  const going = { ref, uid: entry.uid, state: 'Deleting', reason: 'Progressing' } as const;
  const refusal = refusalOf(observation);
  if (refusal !== undefined) return { ...going, ...refused(refusal) };
  const fact = observation?.fact;
  if (fact === undefined || observation?.stale === true) return { ...going, task: { do: 'observe' } };
  if (fact.state !== 'Live' || !isOurs(fact.object, situation, entry)) return undefined;
  const { uid, resourceVersion, deletionTimestamp } = fact.object.metadata;
  if (deletionTimestamp !== undefined) return { ...going, message: 'It is being deleted, and waits for its own end.' };
  return { ...going, task: { do: 'delete', uid, resourceVersion } };
}

/** That it could not be made or changed says nothing about deleting it. */
function refusalOf(observation: Observation | undefined): Refusal | undefined {
  const refusal = observation?.refusal;
  return refusal?.task === 'create' || refusal?.task === 'apply' ? undefined : refusal;
}

function refused({ reason, message }: Refusal): Pick<Standing, 'state' | 'reason' | 'message'> {
  return { state: reason === 'Forbidden' ? 'Forbidden' : 'Failed', reason, message };
}

function resting({ ref, uid, state, reason, message, task }: Standing): Standing {
  // Looking does no harm, and tells early what is gone already.
  const look = task?.do === 'observe' ? { task } : {};
  return { ref, uid, state, ...(reason && { reason }), ...(message && { message }), ...look };
}

/** `ConfigMap web in namespace demo`, for sentences. */
export function inWords({ kind, name, namespace }: ObjectRef, own: string | undefined): string {
  return namespace === own ? `${kind} ${name}` : `${kind} ${name} (namespace ${namespace})`;
}
