/**
 * What keeps a pod's containers from running, in a few words. A container that is tried again and again passes through
 * several states each time; all of them give the same words, so that nothing is written for each.
 * Source: Kubernetes, "Pod Lifecycle", container states.
 */
import type { ContainerStatus, Pod, Terminated } from '../api/core.ts';

/** Container states that only look like waiting: the pod is on its way. */
const ON_ITS_WAY = new Set(['ContainerCreating', 'PodInitializing']);
/** The image is the trouble. The back-off only waits for the next try. Source: kubelet, pkg/kubelet/images/types.go. */
const IMAGE_TROUBLE: Readonly<Record<string, string>> = {
  ErrImagePull: 'ErrImagePull',
  ImagePullBackOff: 'ErrImagePull',
  InvalidImageName: 'InvalidImageName',
  ErrImageNeverPull: 'ErrImageNeverPull',
  ImageInspectError: 'ImageInspectError',
  RegistryUnavailable: 'RegistryUnavailable',
  SignatureValidationFailed: 'SignatureValidationFailed',
};
const CRASH_LOOP = 'CrashLoopBackOff';
/** Reasons of an end that say no more than the exit code does. */
const PLAIN_ENDS = new Set(['Error', 'Completed']);

/** What keeps the first container that is stuck; undefined if none is. */
export function stuckContainer(pod: Pod): string | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const status of [...initContainerStatuses, ...containerStatuses]) {
    const trouble = imageTrouble(pod, status) ?? crash(status) ?? otherWait(status);
    if (trouble !== undefined) return `container ${status.name} ${trouble}`;
  }
  return undefined;
}

function imageTrouble({ spec }: Pod, { name, state }: ContainerStatus): string | undefined {
  const reason = IMAGE_TROUBLE[state?.waiting?.reason ?? ''];
  if (reason === undefined) return undefined;
  const container = [...(spec.initContainers ?? []), ...spec.containers].find((each) => each.name === name);
  return `cannot get its image ${container?.image ?? ''} (${reason})`;
}

/** It ended with an error, or ends each time, and is not ready again yet. */
function crash({ ready, restartCount, state, lastState }: ContainerStatus): string | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  if (ready === true || end === undefined) return undefined;
  const loops = state?.waiting?.reason === CRASH_LOOP;
  return end.exitCode === 0 && !loops ? undefined : `ended with ${endInWords(end)}${restarts(restartCount)}`;
}

function endInWords({ exitCode, reason }: Terminated): string {
  const why = reason === undefined || PLAIN_ENDS.has(reason) ? '' : ` (${reason})`;
  return `exit code ${exitCode ?? 'unknown'}${why}`;
}

function restarts(count = 0): string {
  return count === 0 ? '' : `, after ${count} ${count === 1 ? 'restart' : 'restarts'}`;
}

function otherWait({ state }: ContainerStatus): string | undefined {
  const reason = state?.waiting?.reason;
  return reason === undefined || ON_ITS_WAY.has(reason) ? undefined : `waits (${reason})`;
}
