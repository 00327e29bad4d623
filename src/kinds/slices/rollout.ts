/** How far a controller is, as a verdict. Source: kubectl rollout status, for a Deployment. */
import type { Workload } from '../../api/core.ts';
import { MARK } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { type Child, type Outcome, progressing, ready } from '../../runtime/outcome.ts';
import { labelValue } from '../../shared/labels.ts';
import { resourceRef } from '../../shared/resource-ref.ts';

interface Parts {
  readonly children: readonly Child[];
  readonly instances: number;
  /** The slice's name, of which the selector is made. */
  readonly selector: string;
}

/** Steps of a rollout follow each other within a second; one status write is enough for several. */
const ROLLOUT_HOLD_MS = 2_000;

export function rollout(live: Live<Workload> | undefined, { children, instances, selector }: Parts): Outcome {
  if (live === undefined)
    return progressing('The Deployment is being created.', { children, holdStatusMs: ROLLOUT_HOLD_MS });
  const counts = countsOf(live);
  const { name } = live.metadata;
  const status = {
    resourceRef: resourceRef(live),
    instances,
    replicas: counts.all,
    readyReplicas: counts.readyOnes,
    selector: `${MARK.controller}=${labelValue(selector)}`,
  };
  if (isDone(live, counts))
    return ready(`Deployment ${name} runs ${counts.desired} of ${counts.desired} replicas.`, { children, status });
  return progressing(
    `Deployment ${name}: ${counts.updated} of ${counts.desired} replicas are up to date, ${counts.available} are available.`,
    {
      children,
      status,
      holdStatusMs: ROLLOUT_HOLD_MS,
    },
  );
}

interface Counts {
  readonly desired: number;
  readonly all: number;
  readonly updated: number;
  readonly available: number;
  readonly readyOnes: number;
}

function countsOf({ spec = {}, status = {} }: Workload): Counts {
  const { replicas: desired = 1 } = spec;
  const {
    replicas: all = 0,
    updatedReplicas: updated = 0,
    availableReplicas: available = 0,
    readyReplicas: readyOnes = 0,
  } = status;
  return { desired, all, updated, available, readyOnes };
}

function isDone({ metadata, status }: Workload, { desired, all, updated, available }: Counts): boolean {
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return seen && updated >= desired && available >= desired && all <= desired;
}
