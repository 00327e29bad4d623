/**
 * What a slice or an instance itself says of a pod that was there before: its overrides, laid over nothing. What is left
 * out stays as it is, and no container is added whose name the spec does not give.
 */
import type { JsonObject } from '../api/object.ts';
import { listOf, type PodMounts, type ResolvedImage, withImage, withMounts } from './pods.ts';

export interface SaidPod {
  /** That the spec names itself. */
  readonly image: ResolvedImage | undefined;
  /** Left out: the account stays as it is. */
  readonly serviceAccount: string | undefined;
  /** The user's overrides: a partial pod spec. */
  readonly template: JsonObject | undefined;
  readonly mounts: PodMounts;
  /** The pod spec as it is live. */
  readonly present: JsonObject;
}

/** The partial pod spec, or a sentence that says which field is not clear. */
export function saidPodSpec(pod: SaidPod): { readonly spec: JsonObject } | { readonly flaw: string } {
  const { image, serviceAccount, template = {}, mounts } = pod;
  const containers = saidContainers(pod);
  const without = containers.filter((container) => container['image'] === undefined).map(nameOf);
  const targets = image === undefined ? [] : without.filter((name) => isTarget(name, pod));
  if (targets.length > 1) return { flaw: ambiguous(targets) };
  const all = containers
    .map((container) => (targets.includes(nameOf(container)) ? withImage(container, image) : container))
    .map((container) => withMounts(container, mounts))
    .filter((container) => Object.keys(container).length > 1);
  return {
    spec: {
      ...template,
      ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
      ...(mounts.volumes.length > 0 && { volumes: [...listOf(template['volumes']), ...mounts.volumes] }),
      ...(all.length > 0 && { containers: all }),
    },
  };
}

/** Those that the template names, and those that are there: mounts go into all of them. */
function saidContainers({ template = {}, present }: SaidPod): JsonObject[] {
  const named = listOf(template['containers']);
  const names = new Set(named.map(nameOf));
  const others = listOf(present['containers']).filter((container) => !names.has(nameOf(container)));
  return [...named, ...others.map((container) => ({ name: nameOf(container) }))];
}

/** The image goes into a container that the template names without one; if it names none, into the one that is there. */
function isTarget(name: string, { template = {} }: SaidPod): boolean {
  const named = listOf(template['containers']);
  return named.length === 0 || named.some((container) => nameOf(container) === name);
}

function ambiguous(names: readonly string[]): string {
  return `spec.image or spec.imageRef could mean each of the containers ${names.join(', ')}: leave it out, and give the images in spec.template.spec.containers.`;
}

function nameOf(container: JsonObject): string {
  const { name } = container;
  return typeof name === 'string' ? name : '';
}
