/**
 * Looks at everything that lives in a namespace before it is deleted, live and not in a cache: a wrong answer here is
 * somebody's outage. Source: api.md, "The never-harm rule", 5.
 */
import { GROUP, groupOf, MARK } from '../api/meta.ts';
import type { KubeObject, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { listed } from '../runtime/listed.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Client } from './client.ts';
import { discoverNamespaced } from './discovery.ts';
import { ApiError } from './errors.ts';
import { objectOf } from './raw-object.ts';

/** How many of what is in the way are named. */
const NAMED = 10;
const PAGE = 250;

/** What Kubernetes itself puts into every namespace, or makes as a shadow of what is there. */
const DEFAULTS: readonly ((object: KubeObject) => boolean)[] = [
  ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'default',
  ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt',
  ({ kind }) => kind === 'Event' || kind === 'PodMetrics',
];

export class NamespaceSurvey {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Returns if nothing lives in the namespace but what XOS made and Kubernetes' own defaults.
   * @throws TerminalError (DeletionBlocked) that lists what is in the way; a kind that cannot be listed is in the way
   */
  async mustBeEmpty(namespace: string): Promise<void> {
    const { resources, unreadable } = await discoverNamespaced(this.#client);
    const objects: KubeObject[] = [];
    const inTheWay = unreadable.map((group) => `whatever is served by ${group}, which does not answer`);
    for (const resource of resources) {
      const found = await this.#list(resource, namespace);
      if (found === undefined) inTheWay.push(`whatever ${resource.plural} there are, which the operator may not list`);
      else objects.push(...found);
    }
    const names = [...inTheWay, ...foreignAmong(objects).map(({ kind, metadata }) => `${kind} ${metadata.name}`)];
    if (names.length > 0) throw blocked(namespace, names);
  }

  async #list(resource: Resource, namespace: string): Promise<KubeObject[] | undefined> {
    const found: KubeObject[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.#client.list(resource, { namespace, limit: PAGE, continue: token });
        found.push(...page.items.map((item) => objectOf(resource, item)).filter((object) => object !== undefined));
        token = page.continue;
      } while (token !== undefined);
      return found;
    } catch (error) {
      if (error instanceof ApiError && [403, 404, 405].includes(error.status))
        return error.status === 404 ? [] : undefined;
      throw error;
    }
  }
}

/** Objects that neither XOS made, directly or through others, nor Kubernetes puts everywhere. */
export function foreignAmong(objects: readonly KubeObject[]): KubeObject[] {
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  const isOurs = (object: KubeObject, depth = 0): boolean => {
    if (groupOf(object) === GROUP || appliedBy(byUid.get(object.metadata.annotations?.[MARK.ownerUid]), object))
      return true;
    const service = shadowed(object, objects);
    if (service !== undefined) return isOurs(service, depth + 1);
    // Ownership is a chain a few links long; whoever makes a circle of it made it themselves.
    return depth < 10 && (object.metadata.ownerReferences ?? []).some((owner) => ownedByOurs(owner, depth));
  };
  const ownedByOurs = (owner: OwnerReference, depth: number): boolean => {
    const live = byUid.get(owner.uid);
    return live !== undefined && isManagedKind(live) && isOurs(live, depth + 1);
  };
  return objects.filter((object) => !DEFAULTS.some((isDefault) => isDefault(object)) && !isOurs(object));
}

/**
 * The Service of which Kubernetes keeps Endpoints, by its name alone: they have no owner, and go with it. Without a selector
 * somebody else has written them.
 */
function shadowed({ kind, metadata }: KubeObject, objects: readonly KubeObject[]): KubeObject | undefined {
  if (kind !== 'Endpoints') return undefined;
  const service = objects.find((each) => each.kind === 'Service' && each.metadata.name === metadata.name);
  const { spec } = (service ?? {}) as { spec?: { selector?: object } };
  return spec?.selector === undefined ? undefined : service;
}

/** An annotation is copied easily: whoever applied the object has it in its status, by its UID. */
function appliedBy(owner: KubeObject | undefined, { metadata }: KubeObject): boolean {
  if (owner === undefined || groupOf(owner) !== GROUP) return false;
  const { status } = owner as { status?: { resources?: { uid?: string }[] } };
  return status?.resources?.some(({ uid }) => uid !== undefined && uid === metadata.uid) ?? false;
}

/** A mirror owns nothing: only what a managed custom resource owns was made by XOS. */
function isManagedKind(object: KubeObject): boolean {
  const { spec } = object as { spec?: { xosManaged?: boolean } };
  return groupOf(object) !== GROUP || spec?.xosManaged !== false;
}

function blocked(namespace: string, names: readonly string[]): TerminalError {
  return new TerminalError(
    'DeletionBlocked',
    `Namespace ${namespace} is kept, because XOS did not make everything in it: ${listed(names, NAMED)}. ` +
      'Remove these, or set spec.allowCascadingDeletion to delete them too, or spec.deletionPolicy to Orphan to keep the namespace.',
  );
}
