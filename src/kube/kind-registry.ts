/**
 * Which resource a kind is, for kinds that users name. Asked once for each group and version, and again only for a kind
 * that is not there: its CRD may have just come. Source: Kubernetes API concepts, "Discovery API".
 */
import type { Resource } from '../api/resource.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Client } from './client.ts';
import { isNotFound } from './errors.ts';

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

/** What a group and a version look like. They come from users, and become part of a path. */
const API_VERSION = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
/** What has to be possible for an object to be kept. */
const NEEDED = ['get', 'patch', 'delete'];

export class KindRegistry {
  readonly #client: Client;
  readonly #known = new Map<string, ReadonlyMap<string, Resource>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * The resource of a kind, or undefined if the cluster does not serve it.
   * @throws TerminalError for a kind whose objects cannot be kept; ApiError, ConnectionError
   */
  async resolve(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const known = this.#known.get(apiVersion)?.get(kind) ?? (await this.#discover(apiVersion)).get(kind);
    if (known === UNKEEPABLE) {
      throw new TerminalError(
        'InvalidSpec',
        `Objects of the kind ${kind} (${apiVersion}) cannot be read, changed and deleted, so they cannot be kept: remove it.`,
      );
    }
    return known;
  }

  /** The kinds of this group and version may have changed. */
  forget(apiVersion: string): void {
    this.#known.delete(apiVersion);
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    if (!API_VERSION.test(apiVersion)) return new Map();
    try {
      const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const list = (await this.#client.raw(path)) as ResourceList;
      const kinds = new Map(
        (list.resources ?? []).filter(isObject).map((each) => [each.kind, tokenOf(apiVersion, each)]),
      );
      this.#known.set(apiVersion, kinds);
      return kinds;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#known.delete(apiVersion);
      return new Map();
    }
  }
}

type Listed = NonNullable<ResourceList['resources']>[number];

/** Stands for a kind that exists, but only to be asked, such as a review of access. */
const UNKEEPABLE: Resource = { group: '', version: '', kind: '', plural: '', namespaced: false };

function isObject({ name }: Listed): boolean {
  return !name.includes('/');
}

function tokenOf(apiVersion: string, { name, kind, namespaced, verbs }: Listed): Resource {
  if (!NEEDED.every((verb) => verbs.includes(verb))) return UNKEEPABLE;
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    plural: name,
    namespaced,
  };
}
