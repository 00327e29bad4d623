/**
 * The mode of the operator, for every kind at once: unless it is Manage, nothing that is declared is made, changed or
 * deleted. Source: api.md, `mode` of XosKubernetesService.
 */
import { type XosKubernetesService, XosKubernetesServices } from '../api/generated/xoskubernetesservices.ts';
import { keyOf, MARK } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Kind, Source } from '../runtime/kind.ts';
import { leftBehind } from '../runtime/leaving.ts';
import type { Outcome } from '../runtime/outcome.ts';
import type { View } from '../runtime/view.ts';
import { steeringService } from '../shared/steering.ts';
import { isReleasing } from './releasing.ts';

/** The same kind, which rests while the operator only observes. */
export function underMode(kind: Kind): Kind {
  return {
    ...kind,
    reads: [...kind.reads, modeChanges(kind)],
    reconcile: (object, view) => releasing(kind, object, view) ?? restingOutcome(view) ?? kind.reconcile(object, view),
    evenPaused: (object, view) => releasing(kind, object, view),
    rests: (view) => (isReleasing(view) ? undefined : restingOutcome(view)),
    // What was made stays, but the custom resource may go: deleting always ends.
    ...(kind.finalize && { finalize: (object: Live<KubeObject>, view: View) => finalizedUnder(kind, object, view) }),
  };
}

/** What owns something gives it back; what does not, such as an XosResourceInstance, lets it stay, and is let go of. */
function releasing(kind: Kind, object: Live<KubeObject>, view: View): Outcome | undefined {
  if (!isReleasing(view)) return undefined;
  if (leftBehind(kind, object, view).length > 0) return { disown: DISOWNED };
  const spec = kind.letsStay?.(object);
  return spec === undefined ? { ...restingOutcome(view), finalizer: false } : { disown: { spec } };
}

/** As if somebody had written it, with a mark that says so: whose spec it is cannot be told from who wrote it here. */
const DISOWNED = { metadata: { annotations: { [MARK.released]: 'true' } }, spec: { xosManaged: false } };

function finalizedUnder(kind: Kind, object: Live<KubeObject>, view: View): Outcome {
  return restingOutcome(view) === undefined ? (kind.finalize?.(object, view) ?? {}) : { finalizer: false };
}

function restingOutcome(view: View): Outcome | undefined {
  const steering = steeringService(view);
  if (steering === undefined || steering.spec.mode === 'Manage') return undefined;
  const message = `XosKubernetesService ${steering.metadata.name} has mode ${steering.spec.mode}, so nothing that is declared is touched: set its spec.mode to Manage to go on.`;
  return { report: { verdict: { state: 'Paused', reason: 'Observed', message } } };
}

function modeChanges(kind: Kind): Source {
  const source: Source<XosKubernetesService> = {
    resource: XosKubernetesServices,
    matters: (before, after) => before?.metadata.generation !== after?.metadata.generation,
    wakes: (_service, view) => [...view.all(kind.resource)].map((object) => keyOf(object.metadata)),
  };
  return source;
}
