/** What was there before: whether a custom resource takes it over, and what is then said of it. */
import type { KubeObject, Live } from '../api/object.ts';
import { adoptsIfUnowned, isPromoted, ownerUidOf } from '../runtime/ownership.ts';

/**
 * Whether `live` is, or is to become, an object that `owner` took over: then it is judged by what the spec says alone.
 * That somebody else keeps it is found out by the runtime.
 */
export function takesOver(owner: Live<KubeObject>, live: Live<KubeObject>): boolean {
  if (ownerUidOf(live) === owner.metadata.uid) return isPromoted(live);
  return adoptsIfUnowned(owner);
}

/** The object without the labels that we put on what we make: what the spec itself says of it. */
export function saidOf<T extends KubeObject>(object: T): T {
  const { name, namespace } = object.metadata;
  return { ...object, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

/** Its identity alone. */
export function identityOnly({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return saidOf({ apiVersion, kind, metadata });
}
