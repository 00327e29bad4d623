/** A first `kubectl apply` cannot bring a CRD and an object of it, so the operator can make the first object itself. */
import { type XosKubernetesService, XosKubernetesServices } from './api/generated/xoskubernetesservices.ts';
import { FIELD_MANAGER } from './api/meta.ts';
import { apiVersionOf } from './api/resource.ts';
import type { Client } from './kube/client.ts';
import { isAlreadyExists } from './kube/errors.ts';
import { backoffMs } from './runtime/backoff.ts';
import { type Clock, type Random, sleep } from './runtime/clock.ts';
import { failureOf } from './runtime/failure.ts';
import type { Log } from './runtime/log.ts';

export interface DefaultServiceOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Ends trying. */
  readonly signal: AbortSignal;
  /** Whether there is one already. */
  readonly isThere: () => boolean;
}

const RETRY = { baseMs: 1_000, maxMs: 60_000 };

/** Creates the XosKubernetesService of this name if there is none at all, and goes on until it is there. Never rejects. */
export async function createDefaultService(name: string, options: DefaultServiceOptions): Promise<void> {
  const { clock, random, signal, isThere } = options;
  for (let failures = 1; !signal.aborted && !isThere(); failures += 1) {
    if (await isCreated(name, options)) return;
    await sleep(clock, backoffMs(failures, RETRY, random), signal);
  }
}

async function isCreated(name: string, { client, log }: DefaultServiceOptions): Promise<boolean> {
  try {
    await client.create(XosKubernetesServices, serviceCalled(name), { fieldManager: FIELD_MANAGER });
    log.info('created the default XosKubernetesService', { name });
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return true;
    log.warn('could not create the default XosKubernetesService; it is tried again', {
      name,
      error: failureOf(error),
    });
    return false;
  }
}

/** An empty spec: the API server fills in the defaults, which the type takes for granted. */
function serviceCalled(name: string): XosKubernetesService {
  const { kind } = XosKubernetesServices;
  return {
    apiVersion: apiVersionOf(XosKubernetesServices),
    kind,
    metadata: { name },
    spec: {},
  } as XosKubernetesService;
}
