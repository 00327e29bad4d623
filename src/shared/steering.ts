/** Which XosKubernetesService steers the operator: the oldest; of equally old ones the first by name. */
import type { Live } from '../api/object.ts';
import { type XosKubernetesService, XosKubernetesServices } from '../api/generated/xoskubernetesservices.ts';
import type { View } from '../runtime/view.ts';

/** The one that steers, or undefined if there is none. One that is being deleted still steers until it is gone. */
export function steeringService(view: View): Live<XosKubernetesService> | undefined {
  return [...view.all(XosKubernetesServices)].sort(byAge)[0];
}

function byAge(left: Live<XosKubernetesService>, right: Live<XosKubernetesService>): number {
  return rank(left) < rank(right) ? -1 : 1;
}

function rank({ metadata }: Live<XosKubernetesService>): string {
  // RFC 3339 in UTC sorts by time; a space sorts before every character of a name.
  return `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
}
