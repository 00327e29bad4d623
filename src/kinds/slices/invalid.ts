/** What is wrong with the spec of a slice, judged before anything is written. */
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import { containerWithoutImage, type ResolvedImage } from '../../shared/pods.ts';
import { scheduleFault } from './schedule.ts';
import type { ControllerType } from './types.ts';

/** A sentence that names the field and says what to do; undefined if nothing is wrong. */
export function faultIn(slice: XosSlice, type: ControllerType, image: ResolvedImage | undefined): string | undefined {
  return imageFault(slice, image) ?? restartFault(slice, type) ?? cronFault(slice, type) ?? nameFault(slice, type);
}

function imageFault({ spec }: XosSlice, image: ResolvedImage | undefined): string | undefined {
  const without = containerWithoutImage(spec.template?.spec, image);
  return (
    without && `Container ${without} has no image: set spec.image or spec.imageRef, or the image in spec.template.`
  );
}

function restartFault({ spec }: XosSlice, { resource, restartPolicies }: ControllerType): string | undefined {
  const { restartPolicy } = spec.template?.spec ?? {};
  if (restartPolicy === undefined || restartPolicies.some((each) => each === restartPolicy)) return undefined;
  const [usual] = restartPolicies;
  return `spec.template.spec.restartPolicy of a ${resource.kind} must be ${restartPolicies.join(' or ')}: correct it, or leave it out for ${usual}.`;
}

function cronFault({ spec }: XosSlice, { resource }: ControllerType): string | undefined {
  const fault = resource.kind === 'CronJob' ? scheduleFault(spec.schedule ?? '') : undefined;
  return (
    fault &&
    `spec.schedule is no schedule of cron, because ${fault}: give minute, hour, day of the month, month and day of the week, such as "30 4 * * mon", or a name such as @hourly.`
  );
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function nameFault(slice: XosSlice, { resource, maxName }: ControllerType): string | undefined {
  const field = slice.spec.resourceName === undefined ? 'metadata.name' : 'spec.resourceName';
  const { kind } = resource;
  const name = resourceNameOf(slice);
  const instead = 'delete this XosSlice, and create it with another spec.resourceName.';
  if (name.length > maxName) {
    return `${field} is too long for a ${kind}, whose name has ${maxName} characters at most: ${instead}`;
  }
  if (kind === 'StatefulSet' && !DNS_LABEL.test(name)) return `${field} of a ${kind} must not have dots: ${instead}`;
  return undefined;
}
