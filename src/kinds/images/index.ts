/** An image: one place to change a tag or a digest for all that use it. Nothing is made of it. */
import { type XosImage, XosImages } from '../../api/generated/xosimages.ts';
import { followedBy, type Kind } from '../../runtime/kind.ts';
import { ready } from '../../runtime/outcome.ts';
import { resolved } from '../../shared/images.ts';
import { instancesByImage, slicesByImage } from '../../shared/indexes.ts';

export const images: Kind<XosImage> = {
  resource: XosImages,
  owns: [],
  reads: [followedBy(slicesByImage), followedBy(instancesByImage)],

  reconcile(image, view) {
    const { name } = image.metadata;
    const users = view.count(slicesByImage, name) + view.count(instancesByImage, name);
    const { reference } = resolved(image);
    return ready(`The image is ${reference}; ${users} ${users === 1 ? 'object names' : 'objects name'} it.`, {
      status: { reference, users },
    });
  },
};
