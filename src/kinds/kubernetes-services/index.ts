/** The root of the model. The oldest one steers the operator; another has no effect, and says so. */
import { keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { type XosKubernetesService, XosKubernetesServices } from '../../api/generated/xoskubernetesservices.ts';
import { XosSites } from '../../api/generated/xossites.ts';
import type { Kind, Source } from '../../runtime/kind.ts';
import { type Census, Censuses } from '../../runtime/census.ts';
import { type Outcome, ready, stalled, waiting, withNotes } from '../../runtime/outcome.ts';
import { missing } from '../../shared/references.ts';
import { servicesBySite } from '../../shared/indexes.ts';
import type { View } from '../../runtime/view.ts';
import { steeringService } from '../../shared/steering.ts';
import { follows } from '../../runtime/kind.ts';
import { inventoryOf } from './inventory.ts';

/** When one comes or goes, another may have to take over. */
const eachOther: Source<XosKubernetesService> = {
  resource: XosKubernetesServices,
  wakes: (_service, view) => [...view.all(XosKubernetesServices)].map((other) => keyOf(other.metadata)),
};

const census: Source<Census> = {
  resource: Censuses,
  wakes: (_census, view) => {
    const steering = steeringService(view);
    return steering === undefined ? [] : [keyOf(steering.metadata)];
  },
};

export const kubernetesServices: Kind<XosKubernetesService> = {
  resource: XosKubernetesServices,
  owns: [],
  reads: [eachOther, follows(XosSites, servicesBySite), census],

  reconcile(service, view) {
    const impeded = impediment(service, view);
    if (impeded !== undefined) return impeded;
    const { inventory, notes } = inventoryOf(service, view);
    return withNotes(steers({ inventory }), notes);
  },
};

/** Why it does not steer the operator, or not as it is meant to. */
export function impediment(service: Live<XosKubernetesService>, view: View): Outcome | undefined {
  const steering = steeringService(view);
  if (steering !== undefined && steering.metadata.uid !== service.metadata.uid) {
    return stalled(
      'Duplicate',
      `XosKubernetesService ${steering.metadata.name} is older and steers the operator, so this one has no effect: delete one of the two.`,
    );
  }
  const absent = missing(service, [{ field: 'defaultSiteRef', to: XosSites, ref: service.spec.defaultSiteRef }], view);
  return absent === undefined ? undefined : waiting(absent);
}

export function steers(status: object = {}): Outcome {
  return ready('This XosKubernetesService steers the operator.', { status });
}
