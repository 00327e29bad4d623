/** How far a controller is whose pods run on and on, as a verdict. Source: kubectl rollout status; kstatus. */
import type { Pod } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { listed } from '../../runtime/listed.ts';
import { type Details, type Outcome, progressing, ready, retrying, stalled } from '../../runtime/outcome.ts';
import { podRefusal, type Refusal, stuckPod } from './cause.ts';
import { type Counts, countsOf, outdatedPods } from './counts.ts';
import { asking, type Situation } from './situation.ts';

/** These tell only in Events why a pod cannot be made. */
const EVENTS_ONLY = new Set(['StatefulSet', 'DaemonSet']);

/** Of more names than these a person wants the count only. */
const NAMES_SHOWN = 3;

export function rollout(situation: Situation): Outcome {
  const { live, details } = situation;
  const counts = countsOf(live);
  const outdated = live.kind === 'ReplicaSet' ? outdatedPods(situation.desired, situation.pods()) : [];
  if (!isDone(situation, counts)) return underWay(situation, counts);
  if (outdated.length > 0) return progressing(waitsForDeletion(situation, outdated), details);
  return ready(`${runs(situation, counts)}${dnsNote(situation)}`, details);
}

function isDone({ live }: Situation, { desired, all, updated, available }: Counts): boolean {
  const { kind, metadata, status } = live;
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  // A ReplicaSet knows of no update.
  return seen && (updated >= desired || kind === 'ReplicaSet') && available >= desired && all <= desired;
}

function runs({ live: { kind, metadata } }: Situation, { desired }: Counts): string {
  return kind === 'DaemonSet'
    ? `DaemonSet ${metadata.name} runs on ${desired} of ${desired} nodes.`
    : `${kind} ${metadata.name} runs ${desired} of ${desired} replicas.`;
}

function underWay(situation: Situation, counts: Counts): Outcome {
  const { live, pods } = situation;
  const { kind, metadata } = live;
  const { desired, updated, available } = counts;
  const isUnmade = EVENTS_ONLY.has(kind) && counts.all < desired;
  const details = isUnmade ? asking(situation) : situation.details;
  const unit = kind === 'DaemonSet' ? 'pods' : 'replicas';
  const news = kind === 'ReplicaSet' ? '' : `${updated} of ${desired} ${unit} are up to date, `;
  const sofar = `${kind} ${metadata.name}: ${news}${available} of ${desired} are available`;
  // A pod that failed is replaced by its controller, and only lies about.
  const stuck = stuckPod([...pods()].filter(({ status }) => status?.phase !== 'Failed'));
  if (stuck !== undefined) {
    return progressing(
      `${sofar}. Pod ${stuck.pod.metadata.name}: ${stuck.cause}.${deadlock(live, stuck.pod)}`,
      details,
    );
  }
  const refusal = isUnmade ? situation.complaint() : podRefusal(live);
  return refusal === undefined
    ? progressing(`${sofar}.`, details)
    : refused(`${sofar}. Pods are refused: ${refusal.cause}.`, refusal, details);
}

/** What is refused needs a person if it is known what refuses it. */
export function refused(message: string, { reason }: Refusal, details: Details): Outcome {
  return reason === undefined ? retrying(message, details) : stalled(reason, message, details);
}

/** Source: Kubernetes, StatefulSets, "Forced rollback": a pod that was never ready is waited for, not replaced. */
function deadlock({ kind, status }: Situation['live'], { metadata }: Live<Pod>): string {
  const revision = metadata.labels?.['controller-revision-hash'];
  const wanted = status?.updateRevision;
  if (kind !== 'StatefulSet' || revision === undefined || wanted === undefined || revision === wanted) return '';
  return ` It has an earlier template, and a StatefulSet waits until such a pod is ready: delete the pod to go on.`;
}

function waitsForDeletion({ live: { metadata } }: Situation, outdated: readonly string[]): string {
  const names = listed([...outdated].sort(), NAMES_SHOWN);
  return `ReplicaSet ${metadata.name} has a new template, but does not replace the pods that it has: delete ${names} to let it take effect, or use controllerKind Deployment.`;
}

/** The Service that gives the pods their DNS names cannot change; the one that reaches them can. */
function dnsNote({ live, serviceName }: Situation): string {
  const given = live.spec?.serviceName ?? '';
  if (live.kind !== 'StatefulSet' || given === (serviceName ?? '')) return '';
  const whose = given === '' ? 'have none' : `keep those of Service ${given}`;
  return ` The DNS names of its pods cannot follow spec.serviceRef, so they ${whose}: delete this XosSlice and create it again if they matter.`;
}
