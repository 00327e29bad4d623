/**
 * What pods bring along: their namespaces and service accounts. A mirror of one comes with the first pod that is adopted, and
 * stays as long as its original, so that a restart of the pods costs none.
 */
import type { Pod } from '../api/core.ts';
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { View } from '../runtime/view.ts';
import { isDeclared, isKept } from './mirrors.ts';
import { includesNamespace, includesPod, scopeOf } from './scope.ts';

interface Brought {
  /** What its mirror is. */
  readonly resource: Resource;
  readonly key: Key;
  readonly namespace: string;
  readonly existing: readonly KubeObject[];
  /** The pods that bring it, adopted or not. */
  readonly bringing: Iterable<Live<Pod>>;
}

/** Whether it is to be mirrored. */
export function isBrought({ resource, key, namespace, existing, bringing }: Brought, view: View): boolean {
  if (isDeclared(resource, key, view)) return false;
  if (isKept(existing)) return true;
  const scope = scopeOf(view);
  if (!includesNamespace(scope, namespace, view)) return false;
  if (existing.length > 0) return true;
  for (const pod of bringing) if (includesPod(scope, pod, view)) return true;
  return false;
}
