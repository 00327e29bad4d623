/** Changes that Kubernetes lets nobody make in a controller that exists: refused here, with what to do instead. */
import type { Workload } from '../../api/core.ts';
import type { Live } from '../../api/object.ts';
import { differences } from '../../runtime/diff.ts';
import { listed } from '../../runtime/listed.ts';
import type { Controller } from './objects.ts';
import type { ControllerType } from './types.ts';

const PATHS_SHOWN = 3;

/** Why what is declared cannot become of the live controller; undefined if it can. */
export function refusedChange(
  { resource, frozen }: ControllerType,
  desired: Controller,
  live: Live<Workload>,
): string | undefined {
  if (frozen.length === 0) return undefined;
  const { lacking, surplus } = differences(desired, live);
  const paths = [...lacking, ...surplus].filter((path) => frozen.some((each) => path.startsWith(each)));
  if (paths.length === 0) return undefined;
  const { name } = live.metadata;
  return `${resource.kind} ${name} exists, and Kubernetes lets nobody change its pod template (here ${listed(paths, PATHS_SHOWN)}), so it is left as it is: undo the change, or delete this XosSlice and create another one; for work that is done again and again use controllerKind CronJob.`;
}
