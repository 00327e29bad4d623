/**
 * A mount puts a config map or a secret into the file system of pods. It makes nothing itself: the instance or the slice
 * that it is on takes it into its pods, and here is said whether it did.
 */
import type { Live } from '../../api/object.ts';
import { type XosServiceInstance, XosServiceInstances } from '../../api/generated/xosserviceinstances.ts';
import { type XosSlice, XosSlices } from '../../api/generated/xosslices.ts';
import type { Kind } from '../../runtime/kind.ts';
import { type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { isManaged } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';

import { CONFIG_MAP_MOUNTS, type Mount, type MountFamily, SECRET_MOUNTS } from '../../shared/mount-families.ts';
import { mountingOf, mountsOnInstance, mountsOnSlice, sourceOf, targetsOf } from '../../shared/mounts.ts';
import { missing } from '../../shared/references.ts';
import { missingIn } from './presence.ts';
import { mountReads } from './sources.ts';

export const configMapMounts: Kind<Mount> = kindOf(CONFIG_MAP_MOUNTS);
export const secretMounts: Kind<Mount> = kindOf(SECRET_MOUNTS);

function kindOf(family: MountFamily): Kind<Mount> {
  return {
    resource: family.mounts,
    owns: [],
    reads: mountReads(family),
    reconcile: (mount, view) => absentTarget(mount, view) ?? foreignTarget(mount, view) ?? mounted(family, mount, view),
  };
}

function absentTarget(mount: Live<Mount>, view: View): Outcome | undefined {
  const { serviceInstanceRef, sliceRef } = mount.spec;
  const absent = missing(
    mount,
    [
      { field: 'serviceInstanceRef', to: XosServiceInstances, ref: serviceInstanceRef },
      { field: 'sliceRef', to: XosSlices, ref: sliceRef },
    ],
    view,
  );
  return absent === undefined ? undefined : waiting(absent);
}

/** What somebody else runs is never changed. */
function foreignTarget(mount: Live<Mount>, view: View): Outcome | undefined {
  const { slice, instances } = targetsOf(mount, view);
  const target = slice ?? instances[0];
  if (target === undefined || isManaged(target)) return undefined;
  return stalled(
    'InvalidSpec',
    `${target.kind} ${target.metadata.name} is a mirror of what somebody else runs, so nothing is mounted there: mount it where that is declared.`,
  );
}

function mounted(family: MountFamily, mount: Live<Mount>, view: View): Outcome {
  const source = sourceOf(family, mount, view);
  if ('waits' in source) return waiting(source.waits);
  const { slice, instances } = targetsOf(mount, view);
  const clash = clashOf(mount, slice, instances, view);
  if (clash !== undefined) return stalled('InvalidSpec', clash);
  const { mountPath } = mount.spec;
  const lacking = missingIn(mount, view);
  if (lacking !== undefined) return progressing(`${lacking} ${mountPath} yet.`);
  return ready(`${family.made.kind} ${source.name} is mounted at ${mountPath}.`);
}

/** The first pod whose path another mount, or the template itself, has taken. */
function clashOf(
  mount: Live<Mount>,
  slice: Live<XosSlice> | undefined,
  instances: readonly Live<XosServiceInstance>[],
  view: View,
): string | undefined {
  const { uid } = mount.metadata;
  const remedy = 'That pod keeps running as it was: choose another path, or remove the other one.';
  const onSlice = slice && mountingOf(slice.spec.template?.spec, mountsOnSlice(slice, view), view).clashes.get(uid);
  if (slice !== undefined && onSlice !== undefined) return `XosSlice ${slice.metadata.name}: ${onSlice}. ${remedy}`;
  for (const instance of instances) {
    const clash = mountingOf(instance.spec.template?.spec, mountsOnInstance(instance, view), view).clashes.get(uid);
    if (clash !== undefined) return `XosServiceInstance ${instance.metadata.name}: ${clash}. ${remedy}`;
  }
  return undefined;
}
