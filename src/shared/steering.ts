/** Which XosKubernetesService steers the operator: the oldest; of equally old ones the first by name. */
import type { Live } from '../api/object.ts';
import { type XosKubernetesService, XosKubernetesServices } from '../api/generated/xoskubernetesservices.ts';
import type { View } from '../runtime/view.ts';
import { byAge } from './age.ts';

/** The one that steers, or undefined if there is none. One that is being deleted still steers until it is gone. */
export function steeringService(view: View): Live<XosKubernetesService> | undefined {
  return [...view.all(XosKubernetesServices)].sort(byAge)[0];
}
