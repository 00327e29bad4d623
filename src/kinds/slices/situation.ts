/** What a controller is judged by. */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import type { Details } from '../../runtime/outcome.ts';
import type { Refusal } from './cause.ts';
import type { Controller } from './objects.ts';

export interface Situation {
  readonly live: Live<Workload>;
  readonly desired: Controller;
  /** The name of the Service that spec.serviceRef leads to. */
  readonly serviceName: string | undefined;
  /** All pods below it. Looked for only when they matter: there may be thousands. */
  readonly pods: () => Iterable<Live<Pod>>;
  /** Why its pods are refused, where that is known from Events only. */
  readonly complaint: () => Refusal | undefined;
  readonly details: Details;
}

/** While pods are missing, Events that come later may say why. */
const ASK_AGAIN_MS = 5_000;

/** The details, with the question why there are not the pods that there should be. */
export function asking({ live, details }: Situation): Details {
  return { ...details, inquire: [live], requeueAfterMs: ASK_AGAIN_MS };
}
