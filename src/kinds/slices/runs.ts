/** How far a controller is whose pods come to an end, as a verdict. Source: Kubernetes, batch/v1; kstatus. */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { type Outcome, progressing, ready, stalled } from '../../runtime/outcome.ts';
import { waitingReason } from '../../shared/pod-status.ts';
import { isNewer, stuckPod } from './cause.ts';
import { refused } from './rollout.ts';
import { asking, type Situation } from './situation.ts';

export function jobRun(situation: Situation): Outcome {
  const { live, pods, details } = situation;
  const { name } = live.metadata;
  if (conditionOf(live, 'Complete') !== undefined) return ready(`Job ${name} ran to completion.`, details, 'Completed');
  const stuck = stuckPod(pods());
  const cause = stuck === undefined ? '' : ` Pod ${stuck.pod.metadata.name}: ${stuck.cause}.`;
  const failed = conditionOf(live, 'Failed');
  // As kstatus has it: a Job that failed is not tried again by anybody.
  if (failed !== undefined) {
    const message = `Job ${name} failed (${failed.reason ?? 'Failed'}), and Kubernetes does not run it again.${cause} Mend the cause, then delete this XosSlice and create it again.`;
    return stalled('Failed', message, details);
  }
  if (live.spec?.suspend === true) return progressing(`Job ${name} is suspended, by somebody else.${cause}`, details);
  if (!isUnmade(live)) return progressing(`Job ${name} runs.${cause}`, details);
  const refusal = situation.complaint();
  const asked = asking(situation);
  if (refusal !== undefined)
    return refused(`Job ${name} is short of pods, because they are refused: ${refusal.cause}.`, refusal, asked);
  return progressing(hasBegun(live) ? `Job ${name} runs.${cause}` : `Job ${name} has no pod yet.`, asked);
}

/** A CronJob is as declared once it exists. That its newest run is stuck is worth a word. */
export function cronRuns({ live, desired, pods, details }: Situation): Outcome {
  const { name } = live.metadata;
  const pod = newestOf(pods());
  const cause = pod && waitingReason(pod);
  const stuck = cause === undefined ? '' : ` Of its newest run, pod ${pod?.metadata.name}: ${cause}.`;
  if (live.spec?.suspend === true) return ready(`CronJob ${name} is suspended, by somebody else.${stuck}`, details);
  return ready(
    `CronJob ${name} runs by the schedule ${JSON.stringify(desired.spec['schedule'] ?? live.spec?.schedule)}.${stuck}`,
    details,
  );
}

function conditionOf({ status }: Workload, type: string): { reason?: string } | undefined {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** Whether there are fewer pods than may run at once. Jobs tell only in Events why a pod cannot be made. */
function isUnmade({ spec = {}, status = {} }: Workload): boolean {
  const { parallelism = 1, completions = Infinity } = spec;
  const { active = 0, succeeded = 0 } = status;
  return typeof active === 'number' && active < Math.min(parallelism, completions - succeeded);
}

function hasBegun({ status = {} }: Workload): boolean {
  const { active = 0, succeeded = 0, failed = 0 } = status;
  return active !== 0 || succeeded + failed > 0;
}

function newestOf(pods: Iterable<Live<Pod>>): Live<Pod> | undefined {
  let newest: Live<Pod> | undefined;
  for (const pod of pods) if (newest === undefined || isNewer(pod, newest)) newest = pod;
  return newest;
}
