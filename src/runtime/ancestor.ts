/**
 * What stands above a controller of a kind that nobody watches. It is asked for once, by its metadata alone, and the
 * answer stands in the view; that it may not be read is an answer too.
 */
import type { KubeObject, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

/** A reference, and the namespace of the object that has it. */
export interface Link {
  readonly owner: OwnerReference;
  readonly namespace: string;
}

/** It lives in memory, under the UID of the object that it is about. */
export interface Ancestor extends KubeObject {
  /** The metadata of that very object. Left out: it may not be read, or is not there. */
  readonly found?: KubeObject | undefined;
}

/** Whether the reference is to this object: somebody may write the UID of another one. */
export function means({ owner, namespace }: Link, { kind, metadata }: KubeObject): boolean {
  const isSame = owner.uid === metadata.uid && owner.kind === kind && owner.name === metadata.name;
  return isSame && (metadata.namespace ?? namespace) === namespace;
}

export const Ancestors: Resource<Ancestor> = {
  group: '',
  version: 'v1',
  kind: 'Ancestor',
  plural: 'ancestors',
  namespaced: false,
  inMemory: true,
};
