/** How many pods a controller has, and how far they are, whatever its kind calls that. */
import type { Pod, Workload } from '../../api/core.ts';
import { MARK } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import type { Controller } from './objects.ts';

export interface Counts {
  readonly desired: number;
  readonly all: number;
  readonly updated: number;
  readonly available: number;
  readonly ready: number;
}

export function countsOf(live: Workload): Counts {
  return live.kind === 'DaemonSet' ? perNode(live) : perReplica(live);
}

function perReplica({ spec = {}, status = {} }: Workload): Counts {
  const { replicas: desired = 1 } = spec;
  const {
    replicas: all = 0,
    updatedReplicas: updated = 0,
    availableReplicas: available = 0,
    readyReplicas: ready = 0,
  } = status;
  return { desired, all, updated, available, ready };
}

function perNode({ status = {} }: Workload): Counts {
  const {
    desiredNumberScheduled: desired = 0,
    currentNumberScheduled: all = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
    numberReady: ready = 0,
  } = status;
  return { desired, all, updated, available, ready };
}

/** The pods of a ReplicaSet that an earlier template made. A ReplicaSet does not replace them, and does not count them. */
export function outdatedPods(desired: Controller, pods: Iterable<Live<Pod>>): string[] {
  const template = desired.spec['template'] as { metadata?: Pod['metadata'] } | undefined;
  const wanted = hashIn(template ?? {});
  return [...pods].filter((pod) => isAlive(pod) && hashIn(pod) !== wanted).map(({ metadata }) => metadata.name);
}

function isAlive({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
}

function hashIn({ metadata }: { metadata?: Pick<Pod['metadata'], 'annotations'> }): string | undefined {
  return metadata?.annotations?.[MARK.templateHash];
}
