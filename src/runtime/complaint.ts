/**
 * What Kubernetes' controllers complain of in Events alone: why they cannot make their pods. Events are not watched, there
 * are too many of them; those about one object are asked for while it matters. What was found stands in the view.
 */
import { type Key, keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

/** It lives in memory, under the UID of the object that it is about. */
export interface Complaint extends KubeObject {
  /** When the newest was made; RFC 3339, in seconds. */
  readonly at: string;
  /** What it says is in the way. Left out: in words that are not known. */
  readonly obstacle?: { readonly sort: string; readonly words: string } | undefined;
  /** The owner of the object. */
  readonly owner: Key;
}

export const Complaints: Resource<Complaint> = {
  group: '',
  version: 'v1',
  kind: 'Complaint',
  plural: 'complaints',
  namespaced: true,
  inMemory: true,
};

/** The key of the complaint about an object. */
export function complaintKey({ metadata }: Live<KubeObject>): Key {
  return keyIn(metadata.namespace, metadata.uid);
}
