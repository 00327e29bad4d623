/**
 * A slice groups service instances. With a `controllerKind` it also runs pods of its own, through a controller of
 * Kubernetes; without one it is an administrative fact.
 */
import { Deployments, ServiceAccounts } from '../../api/core.ts';
import { XosImages } from '../../api/generated/xosimages.ts';
import { XosPrincipals } from '../../api/generated/xosprincipals.ts';
import { XosSites } from '../../api/generated/xossites.ts';
import { type XosSlice, XosSlices } from '../../api/generated/xosslices.ts';
import { keyIn, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { followedBy, follows, type Kind, type Source } from '../../runtime/kind.ts';
import { type Outcome, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { accountIndexes, accountOf, slicesOfAccount } from '../../shared/accounts.ts';
import { imageFor } from '../../shared/images.ts';
import { instancesBySlice, slicesByImage, slicesByPrincipal, slicesBySite } from '../../shared/indexes.ts';
import { mountSources } from '../../shared/mount-sources.ts';
import { mountingOf, mountsOnSlice } from '../../shared/mounts.ts';
import { containerWithoutImage } from '../../shared/pods.ts';
import { missing } from '../../shared/references.ts';
import type { View } from '../../runtime/view.ts';
import { deploymentFor } from './objects.ts';
import { rollout } from './rollout.ts';

/** A service account that appears lets the slices go on whose pods run as it. */
const accounts: Source = {
  resource: ServiceAccounts,
  indexes: accountIndexes,
  wakes: (account, view) => slicesOfAccount(account, view).map((slice) => keyOf(slice.metadata)),
};

export const slices: Kind<XosSlice> = {
  resource: XosSlices,
  owns: [Deployments],
  reads: [
    follows(XosSites, slicesBySite),
    follows(XosPrincipals, slicesByPrincipal),
    follows(XosImages, slicesByImage),
    followedBy(instancesBySlice),
    accounts,
    ...mountSources(({ metadata, spec }) =>
      spec.sliceRef === undefined ? [] : [keyIn(metadata.namespace, spec.sliceRef.name)],
    ),
  ],

  reconcile(slice, view) {
    const { siteRef, principalRef, imageRef, controllerKind } = slice.spec;
    const absent = missing(
      slice,
      [
        { field: 'siteRef', to: XosSites, ref: siteRef },
        { field: 'principalRef', to: XosPrincipals, ref: principalRef },
        { field: 'imageRef', to: XosImages, ref: imageRef },
      ],
      view,
    );
    if (absent !== undefined) return waiting(absent);
    if (controllerKind === undefined) return grouping(slice, view);
    if (controllerKind !== 'Deployment') {
      return stalled(
        'InvalidSpec',
        `spec.controllerKind ${controllerKind} is not supported by this version of the operator: use Deployment, or leave it out.`,
      );
    }
    return workload(slice, view);
  },
};

function grouping(slice: Live<XosSlice>, view: View): Outcome {
  const instances = instancesOf(slice, view);
  const message = `The slice groups ${instances} service ${instances === 1 ? 'instance' : 'instances'}.`;
  // An empty list, not none: a slice whose controllerKind was never set owns nothing.
  return ready(message, { children: [], status: { instances }, holdStatusMs: COUNT_HOLD_MS });
}

/** Instances come in waves, and a count that is a few seconds old serves; one write for a wave is enough. */
const COUNT_HOLD_MS = 2_000;

function workload(slice: Live<XosSlice>, view: View): Outcome {
  const image = imageFor(slice, [slice.spec], view);
  const without = containerWithoutImage(slice.spec.template?.spec, image);
  if (without !== undefined)
    return stalled(
      'InvalidSpec',
      `Container ${without} has no image: set spec.image or spec.imageRef, or the image in spec.template.`,
    );
  const account = accountOf(slice, slice, view);
  if (!account.exists) return waiting(account.message);
  const mounts = mountingOf(slice.spec.template?.spec, mountsOnSlice(slice, view), view);
  if (mounts.waits !== undefined) return waiting(mounts.waits);
  const object = deploymentFor(slice, { image, account: account.name, mounts });
  const live = view.get(Deployments, keyOf(object.metadata));
  const children = [{ resource: Deployments, strategy: 'Apply', object, keepLive: ['spec.replicas'] }] as const;
  return rollout(live, { children, instances: instancesOf(slice, view), selector: slice.metadata.name });
}

function instancesOf(slice: Live<XosSlice>, view: View): number {
  return view.count(instancesBySlice, keyOf(slice.metadata));
}
