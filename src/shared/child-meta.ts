/** The metadata of what a custom resource becomes: its name, beside it in the namespace, with our labels. */
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { resourceNameOf } from '../runtime/ownership.ts';
import { MANAGED_BY } from './labels.ts';

export function childMeta(
  primary: KubeObject,
  labels: Readonly<Record<string, string>> = {},
): ObjectMeta & { labels: Record<string, string> } {
  const { namespace } = primary.metadata;
  return {
    name: resourceNameOf(primary),
    ...(namespace !== undefined && { namespace }),
    labels: { ...labels, ...MANAGED_BY },
  };
}
