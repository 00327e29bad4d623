/** What a spec itself says of its object: the object without the labels that we add. For what is promoted. */
import type { KubeObject } from '../api/object.ts';

export function said({ metadata: { labels: _ours, ...metadata }, ...rest }: KubeObject): KubeObject {
  return { ...rest, metadata };
}
