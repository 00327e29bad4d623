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
  if (live === undefined) return progressing('The Deployment is being created.', { children, holdStatusMs: ROLLOUT_HOLD_MS });
  const { name, generation = 0 } = live.metadata;
  const { replicas: desired = 1 } = live.spec ?? {};
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = live.status ?? {};
  const status = {
    resourceRef: resourceRef(live),
    instances,
    replicas,
    readyReplicas,
    selector: `${MARK.controller}=${labelValue(selector)}`,
  };
  const done = observedGeneration >= generation && updatedReplicas >= desired && availableReplicas >= desired && replicas <= desired;
  if (done) return ready(`Deployment ${name} runs ${desired} of ${desired} replicas.`, { children, status });
  return progressing(`Deployment ${name}: ${updatedReplicas} of ${desired} replicas are up to date, ${availableReplicas} are available.`, {
    children, status, holdStatusMs: ROLLOUT_HOLD_MS,
  });
}
