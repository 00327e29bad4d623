/**
 * Changes that are made as JSON patches, because server-side apply cannot make them without touching values. Each holds for
 * exactly one version of one object, so positions in lists are those that were seen.
 */
import { FIELD_MANAGER, MARK } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live, ManagedFieldsEntry } from '../api/object.ts';
import type { Target } from '../runtime/action.ts';
import { childOf, isObject, ownedFields } from '../runtime/diff.ts';

interface Operation {
  readonly op: 'test' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** What only says that an object is ours. Labels by which others find it, such as that of a service, stay. */
const LABELS = [MARK.managed, MARK.managedBy];
const ANNOTATIONS = [MARK.promoted, MARK.templateHash, MARK.ownerUid];

/** Takes the reference to the object of that UID off a custom resource, and the label that calls it a mirror. */
export function detached(target: Target, { metadata }: Live<KubeObject>, from: string): Operation[] {
  const isMirror = metadata.labels?.[MARK.managed] === 'false';
  return [
    ...guards(target),
    ...withoutReference(metadata.ownerReferences, from),
    ...(isMirror ? [removal('metadata', 'labels', MARK.managed)] : []),
  ];
}

/** Takes off all by which an object is ours. Not one value in it changes. */
export function released(target: Target, live: Live<KubeObject>, from: string): Operation[] {
  const { ownerReferences, managedFields = [] } = live.metadata;
  const marks = childOf(ownedFields(live, ['Apply', 'Update']), 'f:metadata');
  return [
    ...guards(target),
    ...withoutReference(ownerReferences, from),
    ...withoutMarks('labels', LABELS, live, marks),
    ...withoutMarks('annotations', ANNOTATIONS, live, marks),
    ...withoutEntries(managedFields),
  ];
}

/** Takes fields, by their tokens in fieldsV1, out of our entries; their values stay. */
export function givenUp(target: Target, live: Live<KubeObject>, fields: readonly (readonly string[])[]): Operation[] {
  const entries = live.metadata.managedFields ?? [];
  return [
    ...guards(target),
    ...entries.flatMap((entry, index): Operation[] => {
      if (!isOurs(entry) || entry.subresource !== undefined) return [];
      const left = fields.reduce((set, tokens) => without(set, tokens), entry.fieldsV1 ?? {});
      const path = pointer('metadata', 'managedFields', String(index), 'fieldsV1');
      return left === entry.fieldsV1 ? [] : [{ op: 'replace', path, value: left }];
    }),
  ];
}

/** A JSON patch answers a stale version with an unclear 422 where it is tested, and with 409 where it is replaced. */
function guards({ uid, resourceVersion }: Target): Operation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}

function withoutReference(references: KubeObject['metadata']['ownerReferences'], uid: string): Operation[] {
  const index = references?.findIndex((each) => each.uid === uid) ?? -1;
  return index < 0 ? [] : [removal('metadata', 'ownerReferences', String(index))];
}

/** Only where we wrote the mark: the same label may be somebody else's. */
function withoutMarks(
  where: 'labels' | 'annotations',
  keys: readonly string[],
  { metadata }: KubeObject,
  ours: JsonObject | undefined,
): Operation[] {
  const mine = childOf(ours, `f:${where}`) ?? {};
  return keys
    .filter((key) => metadata[where]?.[key] !== undefined && Object.hasOwn(mine, `f:${key}`))
    .map((key) => removal('metadata', where, key));
}

/** From the last to the first, for each removal moves what comes after it. */
function withoutEntries(entries: readonly ManagedFieldsEntry[]): Operation[] {
  const ours = entries.flatMap((entry, index) => (isOurs(entry) ? [index] : []));
  // An empty list would be taken for one that was left out. Source: Kubernetes, "Clearing managedFields".
  if (ours.length === entries.length && ours.length > 0)
    return [{ op: 'replace', path: pointer('metadata', 'managedFields'), value: [{}] }];
  return ours.toReversed().flatMap((index) => {
    const path = pointer('metadata', 'managedFields', String(index));
    return [
      { op: 'test', path: `${path}/manager`, value: FIELD_MANAGER },
      { op: 'remove', path },
    ];
  });
}

/** A set of fields without one of them, and without what leads to nothing else: an empty set would mean the field itself. */
function without(set: JsonObject, [token, ...rest]: readonly string[]): JsonObject {
  const below = token === undefined ? undefined : set[token];
  if (token === undefined || !isObject(below)) return set;
  const left = rest.length === 0 ? {} : without(below, rest);
  if (left === below) return set;
  const isEmpty = Object.keys(left).every((key) => key === '.');
  const others = Object.entries(set).filter(([key]) => key !== token);
  return Object.fromEntries(isEmpty ? others : [...others, [token, left]]);
}

function isOurs({ manager }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER;
}

function removal(...path: string[]): Operation {
  return { op: 'remove', path: pointer(...path) };
}

/** Source: RFC 6901. */
function pointer(...path: string[]): string {
  return path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
