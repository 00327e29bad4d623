/** Which image a slice or an instance means: a reference to an XosImage, or plain text. */
import type { KubeObject } from '../api/object.ts';
import { type XosImage, XosImages } from '../api/generated/xosimages.ts';
import { formatImage } from '../api/image-reference.ts';
import type { View } from '../runtime/view.ts';
import type { ResolvedImage } from './pods.ts';
import { resolve } from './references.ts';

/** The fields by which an object names an image. */
export interface ImageFields {
  readonly imageRef?: { name: string };
  readonly image?: string;
}

/** The image that the first of `specs` names. Undefined if none does, or if the XosImage does not exist. */
export function imageFor(from: KubeObject, specs: readonly ImageFields[], view: View): ResolvedImage | undefined {
  const spec = specs.find(({ imageRef, image }) => imageRef !== undefined || image !== undefined);
  if (spec?.image !== undefined) return { reference: spec.image };
  const image = resolve(from, { field: 'imageRef', to: XosImages, ref: spec?.imageRef }, view);
  return image && resolved(image);
}

/** The reference and the policy that an XosImage stands for. */
export function resolved({ spec }: XosImage): ResolvedImage {
  const { image: name, tag, digest, pullPolicy } = spec;
  const reference = formatImage({ name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) });
  return { reference, ...(pullPolicy !== undefined && { pullPolicy }) };
}
