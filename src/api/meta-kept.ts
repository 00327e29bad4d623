/** What is kept of the metadata of what is not ours. */
import { pick, withEntries } from './keep.ts';
import { MARK } from './meta.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { once, onceEach } from './once.ts';
import { TOOL_ANNOTATIONS } from './tools.ts';

/** The annotation that a kubelet sets on what the API server shows of a static pod. Source: Kubernetes, "Static Pods". */
export const MIRROR_POD = 'kubernetes.io/config.mirror';

/** Annotations by which deployment tools are recognised, and our own. */
const KEPT_ANNOTATIONS: readonly string[] = [
  MARK.adopt,
  MARK.ownerUid,
  MARK.templateHash,
  ...TOOL_ANNOTATIONS,
  MIRROR_POD,
];
const MAX_KEPT = 512;

const PLAIN_META = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'generation',
  'ownerReferences',
  'labels',
] as const;

export function pickMeta(meta: ObjectMeta): ObjectMeta {
  const { annotations, managedFields } = meta;
  const kept = KEPT_ANNOTATIONS.flatMap((key) => {
    const value = annotations?.[key];
    return value === undefined ? [] : [[key, value.slice(0, MAX_KEPT)] as const];
  });
  return {
    ...onceEach(pick(meta, PLAIN_META), ['namespace', 'creationTimestamp', 'ownerReferences', 'labels']),
    ...(kept.length > 0 && { annotations: once(Object.fromEntries(kept)) }),
    ...once(withEntries(managedFields, false)),
  };
}

export function identity({ apiVersion, kind }: KubeObject): Pick<KubeObject, 'apiVersion' | 'kind'> {
  return { apiVersion, kind };
}
