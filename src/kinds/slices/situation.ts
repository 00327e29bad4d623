/** What a controller is judged by. */
import type { Pod, Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import type { Details } from '../../runtime/outcome.ts';
import type { Controller } from './objects.ts';

export interface Situation {
  readonly live: Live<Workload>;
  readonly desired: Controller;
  /** The name of the Service that spec.serviceRef leads to. */
  readonly serviceName: string | undefined;
  /** All pods below it. Looked for only when they matter: there may be thousands. */
  readonly pods: () => Iterable<Live<Pod>>;
  readonly details: Details;
}
