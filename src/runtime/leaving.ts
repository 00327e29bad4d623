/**
 * Leaving: what a custom resource owns goes back to its own life. One patch takes our marks off, and no value of its spec
 * changes, so nothing restarts. Source: api.md, "Joining and leaving: promotion and release".
 */
import { FIELD_MANAGER, keyIn, keyOf, MARK } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Action, type Operation, targetOf } from './action.ts';
import type { Kind } from './kind.ts';
import type { Owned } from './outcome.ts';
import { byResourceName, isManaged, ownedBy, ownerUidOf, resourceNameOf } from './ownership.ts';
import type { View } from './view.ts';

/** What a custom resource that is not managed any more has to give back. What is being deleted goes its own way. */
export function leftBehind(kind: Kind, object: Live<KubeObject>, view: View): Owned[] {
  const all = [...ownedBy(kind.owns, object, view), ...boundBy(kind, object, view)];
  return all.filter(({ object: { metadata } }) => metadata.deletionTimestamp === undefined);
}

/** Whether a custom resource cannot go without the operator. */
export function isHeld({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(MARK.finalizer) ?? false;
}

/** Takes our marks off an object that belonged to the custom resource of this UID. */
export function releaseOf({ resource, object }: Owned, ownerUid: string): Action {
  const { ownerReferences = [], labels, annotations, managedFields = [] } = object.metadata;
  const operations = [
    ...leavingList(
      '/metadata/ownerReferences',
      ownerReferences.map(({ uid }) => uid === ownerUid),
    ),
    ...leavingMap('/metadata/labels', labels, isOurLabel),
    ...leavingMap('/metadata/annotations', annotations, (key) => OUR_ANNOTATIONS.has(key)),
    ...leavingEntries(managedFields.map(({ manager }) => manager === FIELD_MANAGER)),
  ];
  return { verb: 'release', resource, target: targetOf(object, keyOf(object.metadata)), operations };
}

const OUR_ANNOTATIONS: ReadonlySet<string> = new Set([MARK.ownerUid, MARK.templateHash]);

/** Who keeps it. The labels by which Services and controllers select pods stay: without them traffic would stop. */
function isOurLabel(key: string, value: string): boolean {
  return key === MARK.managed || (key === MARK.managedBy && value === FIELD_MANAGER);
}

/** What is cluster-scoped and only bound: it carries our fields, but no mark of an owner. Somebody else may bind it too. */
function boundBy(kind: Kind, object: Live<KubeObject>, view: View): Owned[] {
  const name = resourceNameOf(object);
  return kind.owns.flatMap((resource) => {
    const live = resource.namespaced ? undefined : view.get(resource, name);
    if (live === undefined || ownerUidOf(live) !== undefined || !hasFieldsOfOurs(live)) return [];
    const namesakes = view.by(byResourceName(kind.resource), keyIn(undefined, name));
    const isRival = (other: KubeObject) => isManaged(other) && other.metadata.uid !== object.metadata.uid;
    return namesakes.some(isRival) ? [] : [{ resource, object: live }];
  });
}

function hasFieldsOfOurs({ metadata }: KubeObject): boolean {
  return metadata.managedFields?.some(({ manager }) => manager === FIELD_MANAGER) ?? false;
}

/** Removes the elements that are ours, the last first so that the others keep their places. */
function leavingList(path: string, isOurs: readonly boolean[]): Operation[] {
  const places = isOurs.flatMap((ours, index) => (ours ? [index] : []));
  return places.toReversed().map((index) => ({ op: 'remove', path: `${path}/${index}` }));
}

/** Our entries. An empty list would be taken for one that was left out. Source: Kubernetes, "Clearing managedFields". */
function leavingEntries(isOurs: readonly boolean[]): Operation[] {
  const path = '/metadata/managedFields';
  if (isOurs.length > 0 && !isOurs.includes(false)) return [{ op: 'replace', path, value: [{}] }];
  return leavingList(path, isOurs);
}

/** Key by key: the map as a whole may hold what was cut when it was read, such as what kubectl keeps in an annotation. */
function leavingMap(
  path: string,
  map: Readonly<Record<string, string>> = {},
  isOurs: (key: string, value: string) => boolean,
): Operation[] {
  const keys = Object.entries(map).flatMap(([key, value]) => (isOurs(key, value) ? [key] : []));
  return keys.map((key) => ({ op: 'remove', path: `${path}/${pointer(key)}` }));
}

/** A key as a part of a JSON pointer. Source: RFC 6901, section 3. */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
