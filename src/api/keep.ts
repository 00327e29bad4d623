/** Cutting objects down to what is kept of them in memory. */
import { FIELD_MANAGER } from './meta.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry, ObjectMeta } from './object.ts';
import { onceEach } from './once.ts';

/**
 * As {@link keepWhole}, of a custom resource of ours. Of mirrors there are as many as pods: they share what they have in
 * common, and which of their fields we wrote is not kept, because nobody asks before somebody makes one a managed object.
 */
export function keepDeclared<T extends KubeObject>(object: T): T {
  const kept = keepWhole(object);
  return (kept as { spec?: { xosManaged?: boolean } }).spec?.xosManaged === false ? keepMirror(kept) : kept;
}

function withoutOwnFields(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  return entry.manager === FIELD_MANAGER ? pick(entry, ['manager', 'operation', 'subresource', 'time']) : entry;
}

/** What a mirror has in common with others, such as its controller, or the defaults of its kind. */
function keepMirror<T extends KubeObject>(mirror: T): T {
  const { metadata, spec, status } = mirror as T & { spec: JsonObject; status?: JsonObject };
  if (metadata.managedFields !== undefined) metadata.managedFields = metadata.managedFields.map(withoutOwnFields);
  onceEach(metadata, ['namespace', 'creationTimestamp', 'labels', 'managedFields']);
  onceEach(spec, ['adoptionPolicy', 'driftPolicy', 'updateStrategy', 'sliceRef']);
  if (status !== undefined) onceEach(status, SHARED_STATUS);
  return mirror;
}

const SHARED_STATUS = ['controller', 'rootOwner', 'provenance', 'nodeName', 'image', 'startTime', 'trustDomain'];

/** Everything, but of other writers' managedFields only the names, and no copy of the manifest in an annotation. */
export function keepWhole<T extends KubeObject>(object: T): T {
  const { managedFields, annotations, ...rest } = object.metadata;
  const metadata: ObjectMeta = { ...rest, ...withEntries(managedFields, true) };
  if (annotations !== undefined) metadata.annotations = withoutCopies(annotations);
  return { ...object, metadata };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function withoutCopies(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED));
}

/**
 * The writers, by name and place in the list. With `fields`, for what is ours or may be: when they wrote, to tell who
 * was last; and which fields, where they are ours, or where a mirror has to know who else wrote its spec, and whether
 * that one meant it to be a mirror.
 */
export function withEntries(
  entries: ManagedFieldsEntry[] | undefined,
  fields: boolean,
): { managedFields?: ManagedFieldsEntry[] } {
  if (entries === undefined) return {};
  return {
    managedFields: entries.map(({ fieldsV1, ...entry }) => {
      const known = pick(entry, ['manager', 'operation', 'subresource']);
      if (!fields) return known;
      const timed = { ...known, ...pick(entry, ['time']) };
      if (fieldsV1 === undefined) return timed;
      if (entry.manager === FIELD_MANAGER) return { ...timed, fieldsV1 };
      const spec = fieldsV1['f:spec'];
      return spec === undefined
        ? timed
        : { ...timed, fieldsV1: { 'f:spec': pick(spec as JsonObject, ['f:xosManaged']) } };
    }),
  };
}

/** The given keys of an object, as far as they are there. */
export function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (object[key] !== undefined) picked[key] = object[key];
  return picked as Pick<T, K>;
}
