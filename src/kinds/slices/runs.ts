/** How far a controller is whose pods come to an end, as a verdict. Source: Kubernetes, batch/v1; kstatus. */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { type Outcome, progressing, ready, stalled } from '../../runtime/outcome.ts';
import { waitingReason } from '../../shared/pod-status.ts';
import { isNewer, stuckPod } from './cause.ts';
import type { Situation } from './situation.ts';

export function jobRun({ live, pods, details }: Situation): Outcome {
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
  return progressing(`Job ${name} runs.${cause}${unmade(live)}`, details);
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

/** Jobs tell only in Events why a pod cannot be made. */
function unmade({ status = {} }: Workload): string {
  const { active = 0, succeeded = 0, failed = 0 } = status;
  if (active !== 0 || succeeded + failed > 0) return '';
  return ' If it has no pod for long, something refuses it, such as a ResourceQuota or PodSecurity: the Events of the Job say what.';
}

function newestOf(pods: Iterable<Live<Pod>>): Live<Pod> | undefined {
  let newest: Live<Pod> | undefined;
  for (const pod of pods) if (newest === undefined || isNewer(pod, newest)) newest = pod;
  return newest;
}
