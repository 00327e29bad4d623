/** Who was first: where two claim the same, the older one has it, and of equally old ones the first by name. */
import type { KubeObject } from '../api/object.ts';

/** Sorts the oldest first. */
export function byAge(left: KubeObject, right: KubeObject): number {
  return ageRank(left) < ageRank(right) ? -1 : 1;
}

/** A text that sorts by age: RFC 3339 in UTC sorts by time, and a space before every character of a name. */
export function ageRank({ kind, metadata }: KubeObject): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.name} ${kind}`;
}
