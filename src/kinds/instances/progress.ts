/** How far the pod of a managed instance is, as a verdict. Source: Kubernetes, "Pod Lifecycle". */
import type { Pod } from '../../api/core.ts';
import { MARK } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { ownerUidOf } from '../../runtime/ownership.ts';
import { type Child, type Details, type Outcome, progressing, ready, retrying } from '../../runtime/outcome.ts';
import { podStatus, waitingReason } from '../../shared/pod-status.ts';

/** A pod on its way passes several phases within a second or two; one status write serves. */
const START_HOLD_MS = 3_000;

export function progress(pod: Live<Pod> | undefined, child: Child): Outcome {
  const children = [child];
  const name = child.object.metadata.name;
  if (pod === undefined) return progressing(`Pod ${name} is being created.`, { children, holdStatusMs: START_HOLD_MS });
  const details: Details = { children, status: podStatus(pod) };
  if (pod.status?.phase === 'Succeeded') return ready(`Pod ${name} ran to completion.`, details, 'Completed');
  if (pod.status?.phase === 'Failed') return failed(pod, child, details);
  if (podStatus(pod).ready) return ready(`Pod ${name} is running and ready.`, details);
  const cause = waitingReason(pod);
  if (cause !== undefined) return progressing(`Pod ${name} is not ready: ${cause}.`, details);
  return progressing(`Pod ${name} is not ready yet.`, { ...details, holdStatusMs: START_HOLD_MS });
}

/** A pod that failed, was evicted or lost its node never comes back by itself: another one takes its place, ever later. */
function failed(pod: Live<Pod>, child: Child, details: Details): Outcome {
  const cause = pod.status?.reason === undefined ? 'it failed' : `it failed (${pod.status.reason})`;
  const message = `Pod ${child.object.metadata.name} is replaced, because ${cause}; if that happens again and again, it takes longer each time.`;
  return retrying(message, { ...details, children: [{ ...child, spent: cause }] });
}

/** Whether the live pod is the instance's own, made from another template. */
export function isOutdated(live: Pod | undefined, desired: Pod, uid: string): boolean {
  return live !== undefined && ownerUidOf(live) === uid && hashIn(live) !== hashIn(desired);
}

/** The pod stays as it is until somebody deletes it: no children, so nothing is touched. */
export function outdated({ metadata: { name } }: Pod): Outcome {
  return progressing(
    `Pod ${name} still has its earlier template, because spec.updateStrategy is OnDelete: delete the pod to let the new one take effect.`,
  );
}

function hashIn({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[MARK.templateHash];
}
