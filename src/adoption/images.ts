/**
 * The images of foreign pods become XosImages. An image has no original in the cluster to be collected with, so its
 * mirror is deleted when no pod and no imageRef uses it any more.
 */
import { type Pod, Pods } from '../api/core.ts';
import { type XosImage, XosImages } from '../api/generated/xosimages.ts';
import { canonicalImage, parseImage } from '../api/image-reference.ts';
import type { Live } from '../api/object.ts';
import type { Controller } from '../runtime/controller.ts';
import { isManaged } from '../runtime/ownership.ts';
import { shortHash } from '../runtime/hash.ts';
import { followedBy, type Source } from '../runtime/kind.ts';
import type { Index, View } from '../runtime/view.ts';
import { resolved } from '../shared/images.ts';
import { instancesByImage, slicesByImage } from '../shared/indexes.ts';
import { decideMirrors, isKept, mirror } from './mirrors.ts';
import { belongingChanged, includesPod, scopeOf } from './scope.ts';
import { keysOf, namespaces, podsByNamespace, settings, controllers } from './sources.ts';

/** Longest text that XosImage takes in spec.image. A longer one is shown in the status of the instance alone. */
const MAX_IMAGE = 512;
const MAX_READABLE = 60;

const podsByImage: Index<Pod> = { name: 'pods by image', resource: Pods, keys: imageNamesOf };
const imagesByReference: Index<XosImage> = {
  name: 'xosimages by reference',
  resource: XosImages,
  keys: (image) => [nameFor(canonicalImage(resolved(image).reference))],
};

export const adoptedImages: Controller = {
  name: 'adoption/images',
  sources: [
    pods(),
    images(),
    ...controllers(imageNamesOf),
    followedBy(slicesByImage),
    followedBy(instancesByImage),
    settings((view) => [...keysOf(view.all(XosImages)), ...[...view.all(Pods)].flatMap(imageNamesOf)]),
    namespaces((namespace, view) =>
      [...view.each(podsByNamespace, namespace)].flatMap((pod) => imageNamesOf(pod as Live<Pod>)),
    ),
  ],

  decide(name, view) {
    const scope = scopeOf(view);
    if (scope.state === 'Frozen') return undefined;
    const present = view.get(XosImages, name);
    if (present !== undefined && isManaged(present)) return undefined;
    const existing = present === undefined ? [] : [present];
    const reference = view.by(imagesByReference, name).some(isManaged)
      ? undefined
      : usedReference(name, view, (pod) => isKept(existing) || includesPod(scope, pod, view));
    const wanted =
      reference === undefined
        ? undefined
        : mirror({
            resource: XosImages,
            name,
            spec: { ...specOf(reference) },
            status: { reference },
            what: `image ${reference}`,
          });
    // Whoever refers to it keeps it, used by pods or not.
    if (wanted === undefined && isReferredTo(name, view)) return undefined;
    const alive = view.count(podsByImage, name) > 0;
    return decideMirrors({ resource: XosImages, wanted, existing, alive, owns: [] }, view);
  },
};

/** The reference of this name, if an adopted pod uses it. */
function usedReference(name: string, view: View, counts: (pod: Pod) => boolean): string | undefined {
  for (const pod of view.each(podsByImage, name)) {
    if (counts(pod)) return referencesOf(pod).find((reference) => nameFor(reference) === name);
  }
  return undefined;
}

function isReferredTo(name: string, view: View): boolean {
  return view.count(slicesByImage, name) + view.count(instancesByImage, name) > 0;
}

function specOf(reference: string): { image: string; tag?: string; digest?: string } {
  const { name, tag, digest } = parseImage(reference);
  if (digest !== undefined) return { image: name, digest };
  return tag === undefined ? { image: name } : { image: name, tag };
}

function referencesOf({ spec }: Pod): string[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const texts = containers.flatMap(({ image }) => (image === undefined || image === '' ? [] : [canonicalImage(image)]));
  return [...new Set(texts)].filter((text) => text.length <= MAX_IMAGE);
}

function imageNamesOf(pod: Pod): string[] {
  return referencesOf(pod).map(nameFor);
}

/** A readable name with a hash: `registry.example.com/team/web:1.2` becomes `web-1.2-<hash>`. */
function nameFor(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1).replace(/@.*$/, '');
  const labels = last.toLowerCase().slice(0, MAX_READABLE).split('.').map(toLabel);
  const readable = labels.filter((text) => text !== '').join('.');
  return `${readable === '' ? 'image' : readable}-${shortHash(reference)}`;
}

/** Text as a part of a name: what may not stand there becomes a hyphen, and none is left at an end. */
function toLabel(text: string): string {
  return text.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

function images(): Source {
  const source: Source<XosImage> = {
    resource: XosImages,
    indexes: [imagesByReference],
    wakes: (image) => [image.metadata.name, nameFor(canonicalImage(resolved(image).reference))],
  };
  return source;
}

function pods(): Source {
  const source: Source<Pod> = {
    resource: Pods,
    indexes: [podsByImage],
    matters: belongingChanged,
    wakes: imageNamesOf,
  };
  return source;
}
