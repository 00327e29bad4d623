/**
 * Comparing versions of objects of one resource. Source: Kubernetes API concepts, "Resource versions": since 1.35 they
 * are documented to be ordered as decimal numbers, and etcd has always made them so.
 */

/** Whether `version` is newer than `than`. */
export function isNewer(version: string, than: string): boolean {
  return version.length === than.length ? version > than : version.length > than.length;
}

/** Makes the API server refuse an apply to an object that exists: no object has had this version for long. */
export const ABSENT = '1';
