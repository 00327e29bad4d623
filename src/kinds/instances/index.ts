/** A service instance is a pod, in a slice, with that slice's account and, unless it names its own, its image. */
import { type Pod, Pods } from '../../api/core.ts';
import { XosImages } from '../../api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../api/generated/xoskubernetesservices.ts';
import { type XosServiceInstance, XosServiceInstances } from '../../api/generated/xosserviceinstances.ts';
import { type XosSlice, XosSlices } from '../../api/generated/xosslices.ts';
import { keyIn, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { follows, type Kind } from '../../runtime/kind.ts';
import { type Outcome, stalled, waiting } from '../../runtime/outcome.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import { accountOf } from '../../shared/accounts.ts';
import { imageFor } from '../../shared/images.ts';
import { instancesByImage, instancesByService, instancesBySlice } from '../../shared/indexes.ts';
import { beyondBound, siblings } from '../../shared/instance-bound.ts';
import { instanceKeysOf, mountSources } from '../../shared/mount-sources.ts';
import { mountingOf, mountsOnInstance } from '../../shared/mounts.ts';
import { containerWithoutImage } from '../../shared/pods.ts';
import { missing, resolve } from '../../shared/references.ts';
import { identityOnly, takesOver } from '../../shared/taking-over.ts';
import { inPlaceOf, podFor } from './objects.ts';
import { isOutdated, outdated, progress } from './progress.ts';
import { takenOver } from './taking-over.ts';
import { sliceAccounts, sliceImages, slicePrincipals } from './sources.ts';

export const instances: Kind<XosServiceInstance> = {
  resource: XosServiceInstances,
  owns: [Pods],
  reads: [
    follows(XosSlices, instancesBySlice),
    follows(XosImages, instancesByImage),
    follows(XosKubernetesServices, instancesByService),
    sliceImages,
    slicePrincipals,
    sliceAccounts,
    siblings,
    ...mountSources(instanceKeysOf),
  ],

  reconcile(instance, view) {
    const { sliceRef, imageRef, kubernetesServiceRef } = instance.spec;
    const absent = missing(
      instance,
      [
        { field: 'sliceRef', to: XosSlices, ref: sliceRef },
        { field: 'imageRef', to: XosImages, ref: imageRef },
        { field: 'kubernetesServiceRef', to: XosKubernetesServices, ref: kubernetesServiceRef },
      ],
      view,
    );
    if (absent !== undefined) return waiting(absent);
    const present = view.get(Pods, keyIn(instance.metadata.namespace, resourceNameOf(instance)));
    if (present !== undefined && takesOver(instance, present)) return takenOver(instance, present, view);
    const slice = resolve(instance, { field: 'sliceRef', to: XosSlices, ref: sliceRef }, view);
    if (slice === undefined)
      return stalled('InvalidSpec', 'spec.sliceRef is missing: name the XosSlice that this instance belongs to.');
    return inSlice(instance, slice, view);
  },
};

function inSlice(instance: Live<XosServiceInstance>, slice: Live<XosSlice>, view: View): Outcome {
  const tooMany = beyondBound(instance, slice, view);
  if (tooMany !== undefined) return tooMany;
  const absent = missing(slice, [{ field: 'imageRef', to: XosImages, ref: slice.spec.imageRef }], view);
  const image = imageFor(instance, [instance.spec, slice.spec], view);
  if (image === undefined && absent !== undefined)
    return waiting(`XosSlice ${slice.metadata.name} is not complete: ${absent}`);
  const without = containerWithoutImage(instance.spec.template?.spec, image);
  if (without !== undefined) {
    return stalled(
      'InvalidSpec',
      `Container ${without} has no image: set spec.imageRef or spec.image here or on XosSlice ${slice.metadata.name}, or the image in spec.template.`,
    );
  }
  const account = accountOf(instance, slice, view);
  if (!account.exists) return waiting(account.message);
  const mounts = mountingOf(instance.spec.template?.spec, mountsOnInstance(instance, view), view);
  if (mounts.waits !== undefined) return waiting(mounts.waits);
  return withPod(instance, podFor(instance, { slice, image, account: account.name, mounts }), view);
}

function withPod(instance: Live<XosServiceInstance>, object: Pod, view: View): Outcome {
  const live = view.get(Pods, keyOf(object.metadata));
  const said = identityOnly(object);
  const child = { resource: Pods, strategy: 'Replace', object, said, inPlace: inPlaceOf(object) } as const;
  return instance.spec.updateStrategy === 'OnDelete' && isOutdated(live, object, instance.metadata.uid)
    ? outdated(object)
    : progress(live, child);
}
