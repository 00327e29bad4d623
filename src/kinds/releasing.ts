/**
 * `mode: Release`: everything that is managed is given back, so that the custom resources and the operator can go while
 * every workload runs on. Source: api.md, "The never-harm rule", 6.
 */
import type { XosKubernetesService } from '../api/generated/xoskubernetesservices.ts';
import { keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Kind, Source } from '../runtime/kind.ts';
import { isHeld, leftBehind } from '../runtime/leaving.ts';
import { listed } from '../runtime/listed.ts';
import { type Outcome, progressing, ready } from '../runtime/outcome.ts';
import type { View } from '../runtime/view.ts';
import { steeringService } from '../shared/steering.ts';

/** So many of those that are left are named. */
const SHOWN = 3;
/** Objects are released in a stream; one status write serves for a few seconds of it. */
const HOLD_MS = 2_000;

/** Whether the operator gives everything back. */
export function isReleasing(view: View): boolean {
  return steeringService(view)?.spec.mode === 'Release';
}

/** The kind of the XosKubernetesService, which says how far the release is. */
export function reportingRelease(
  services: Kind<XosKubernetesService>,
  kinds: readonly Kind[],
): Kind<XosKubernetesService> {
  return {
    ...services,
    reads: [...services.reads, ...kinds.flatMap(({ resource, owns }) => [resource, ...owns].map(changesOf))],
    reconcile: (service, view) => {
      const outcome = services.reconcile(service, view);
      const isSteering = steeringService(view)?.metadata.uid === service.metadata.uid;
      return isSteering && isReleasing(view) ? releaseProgress(kinds, view) : outcome;
    },
  };
}

function releaseProgress(kinds: readonly Kind[], view: View): Outcome {
  const left = kinds.flatMap((kind) => leftOf(kind, view));
  if (left.length === 0) {
    return ready(
      'Everything is released: no custom resource owns anything, so custom resources, CRDs and operator can go in any order, and every workload runs on.',
    );
  }
  const names = left.map(({ kind, metadata }) => `${kind} ${keyOf(metadata)}`);
  const message = `${left.length} custom resources are not released yet: ${listed(names, SHOWN)}. Do not delete them, the CRDs or the operator before this says that everything is released.`;
  return progressing(message, { holdStatusMs: HOLD_MS });
}

/** What owns something still, or could not be deleted any more once the operator is gone. */
function leftOf(kind: Kind, view: View): Live<KubeObject>[] {
  const isLeft = (object: Live<KubeObject>) =>
    isHeld(object) || isTakenAlong(kind, object) || leftBehind(kind, object, view).length > 0;
  return [...view.all(kind.resource)].filter(isLeft);
}

/** Whether what it made goes with it still. What is being deleted has to end, or it is held. */
function isTakenAlong(kind: Kind, object: Live<KubeObject>): boolean {
  return object.metadata.deletionTimestamp === undefined && kind.letsStay?.(object) !== undefined;
}

/** Only while it lasts: otherwise nothing else concerns the XosKubernetesService. */
function changesOf(resource: Source['resource']): Source {
  return {
    resource,
    wakes: (_object, view) => {
      const steering = steeringService(view);
      return steering !== undefined && isReleasing(view) ? [keyOf(steering.metadata)] : [];
    },
  };
}
