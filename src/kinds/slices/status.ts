/** What the status of a slice says beside its conditions; the same however it stands with the slice. */
import type { Workload } from '../../api/core.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import type { View } from '../../runtime/view.ts';
import { instancesBySlice } from '../../shared/indexes.ts';
import { madeBy } from '../../shared/made.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { countsOf } from './counts.ts';
import { CONTROLLER_TYPES } from './types.ts';

export function instancesOf(slice: Live<XosSlice>, view: View): number {
  return view.count(instancesBySlice, keyOf(slice.metadata));
}

export function statusOf(slice: Live<XosSlice>, view: View): object {
  const instances = instancesOf(slice, view);
  const type = CONTROLLER_TYPES.get(slice.spec.controllerKind ?? '');
  const live = type && madeBy(slice, type.resource, view);
  if (type === undefined || live === undefined) return { instances };
  return { resourceRef: resourceRef(live), instances, ...replicasIn(live), ...(type.scales && selector(live)) };
}

/** Of a CronJob there is nothing to count that would hold for longer than a run. */
function replicasIn(live: Live<Workload>): { replicas?: number; readyReplicas?: number } {
  if (live.kind === 'CronJob') return {};
  if (live.kind !== 'Job') {
    const { all, ready } = countsOf(live);
    return { replicas: all, readyReplicas: ready };
  }
  const { active = 0, ready = 0 } = live.status ?? {};
  return { replicas: typeof active === 'number' ? active : active.length, readyReplicas: ready };
}

/** For whoever scales the slice: `kubectl scale`, an autoscaler. */
function selector({ spec }: Live<Workload>): { selector: string } {
  return {
    selector: Object.entries(spec?.selector?.matchLabels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  };
}
