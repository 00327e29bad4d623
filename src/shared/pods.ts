/** The pod that slices and instances ask for: the image and the account, with the user's template laid over them. */
import type { Json, JsonObject } from '../api/object.ts';

/** The container that the image goes into, unless the template names its own. */
const MAIN_CONTAINER = 'main';

export interface PodInput {
  /** Goes into every container that names no image itself. */
  readonly image: ResolvedImage | undefined;
  /** Left out: the namespace's default, and no field of ours. */
  readonly serviceAccount: string | undefined;
  /** The user's overrides: a partial pod spec. */
  readonly template: JsonObject | undefined;
  readonly mounts: PodMounts;
}

/** What the mounts add: the volumes to the pod, the volume mounts to every container. */
export interface PodMounts {
  readonly volumes: readonly JsonObject[];
  readonly volumeMounts: readonly JsonObject[];
}

export interface ResolvedImage {
  readonly reference: string;
  readonly pullPolicy?: string;
}

/** A complete pod spec. */
export function podSpec({ image, serviceAccount, template = {}, mounts }: PodInput): JsonObject {
  const containers = listOf(template['containers']);
  const named = containers.length === 0 ? [{ name: MAIN_CONTAINER }] : containers;
  return {
    ...template,
    ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
    ...(mounts.volumes.length > 0 && { volumes: [...listOf(template['volumes']), ...mounts.volumes] }),
    containers: named.map((container) => withMounts(withImage(container, image), mounts)),
    ...(template['initContainers'] !== undefined && {
      initContainers: listOf(template['initContainers']).map((container) => withImage(container, image)),
    }),
  };
}

/** The first container that has no image, and nowhere to take one from. */
export function containerWithoutImage(
  template: JsonObject | undefined,
  image: ResolvedImage | undefined,
): string | undefined {
  if (image !== undefined) return undefined;
  const containers = [...listOf(template?.['containers']), ...listOf(template?.['initContainers'])];
  if (listOf(template?.['containers']).length === 0) return MAIN_CONTAINER;
  const without = containers.find((container) => container['image'] === undefined);
  return typeof without?.['name'] === 'string' ? without['name'] : undefined;
}

export function withMounts(container: JsonObject, { volumeMounts }: PodMounts): JsonObject {
  if (volumeMounts.length === 0) return container;
  return { ...container, volumeMounts: [...listOf(container['volumeMounts']), ...volumeMounts] };
}

export function withImage(container: JsonObject, image: ResolvedImage | undefined): JsonObject {
  if (container['image'] !== undefined || image === undefined) return container;
  return {
    ...container,
    image: image.reference,
    ...(image.pullPolicy !== undefined && { imagePullPolicy: image.pullPolicy }),
  };
}

/** The objects in a list of a template. */
export function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
