/**
 * The verbs of the Kubernetes API for any resource. JSON goes both ways as it is: no field is dropped or renamed. Every
 * method throws ApiError for a refusal, ConnectionError if no answer came, and TerminalError for a name that cannot be.
 */
import { type Key, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import { Caller, type CallerOptions } from './call.ts';
import { type Connection, ConnectionError, type Request } from './connection.ts';
import { ApiError, type Call, isNotFound } from './errors.ts';
import { untilIdle } from './idle.ts';
import { collectionPath, objectPath, type Query } from './path.ts';
import { jsonOf, metadataOf, notKubernetes, objectOf, versionOf } from './raw-object.ts';

/** Settings of a client. */
export interface ClientOptions extends CallerOptions {
  /** A watch from which nothing comes for so long is broken. Bookmarks come about every minute. */
  readonly idleMs?: number;
}

/** Which page of a list. Source: Kubernetes API concepts, "Retrieving large results sets in chunks". */
export interface ListOptions {
  readonly namespace?: string;
  readonly limit?: number;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly signal?: AbortSignal;
}

/** A page of a list, still raw: an item that is no object is the reader's business. */
export interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  /** The token for the next page, if there is one. */
  readonly continue?: string | undefined;
  /** Characters of JSON: what parsing it cost. */
  readonly size: number;
}

export interface CreateOptions<T extends KubeObject> {
  readonly fieldManager?: string;
  /**
   * Whether an object that is already there is the one that we meant to make. Asked only when an answer was lost, so that
   * nobody knows whether an earlier attempt succeeded.
   */
  readonly isMine?: (object: Live<T>) => boolean;
}

/** A change to an object. `apply` is server-side apply. */
export interface Patch {
  readonly type: 'apply' | 'merge' | 'json';
  readonly body: object;
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
  /** Server-side apply only: takes fields from other managers. */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions {
  /** Preconditions: another object of that name, or a version that we have not seen, stays. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

export interface WatchOptions {
  /** Left out: all namespaces. */
  readonly namespace?: string | undefined;
  readonly query: Query;
  readonly signal: AbortSignal;
}

/** An open watch. */
export interface Watch {
  /** @throws ConnectionError when it breaks; IdleError when nothing comes any more */
  readonly chunks: AsyncIterable<string>;
  close(): void;
}

const CONTENT_TYPES = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};

export class Client {
  readonly #caller: Caller;
  readonly #options: Required<Pick<ClientOptions, 'clock' | 'idleMs'>>;

  constructor(connection: Connection, options: ClientOptions) {
    this.#caller = new Caller(connection, options);
    this.#options = { clock: options.clock, idleMs: options.idleMs ?? 100_000 };
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: Key): Promise<Live<T>> {
    const body = await this.#caller.send(callOf('get', resource, key), {
      method: 'GET',
      path: objectPath(resource, key),
    });
    return answered(resource, body);
  }

  /** The metadata of an object, and nothing else of it. Source: Kubernetes API concepts, "Metadata-only fetches". */
  async metadata(resource: Resource, key: Key): Promise<Live<KubeObject>> {
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const request: Request = { method: 'GET', path: objectPath(resource, key), accept };
    return answered(resource, await this.#caller.send(callOf('get', resource, key), request));
  }

  async list(resource: Resource, options: ListOptions = {}): Promise<Page> {
    const { namespace, signal, ...query } = options;
    const request: Request = {
      method: 'GET',
      path: collectionPath(resource, namespace, query),
      ...(signal && { signal }),
    };
    return pageOf(await this.#caller.send(callOf('list', resource, namespace), request));
  }

  /** Creates, and never touches what is there. An answer that was lost is looked for before anybody tries again. */
  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: CreateOptions<T> = {},
  ): Promise<Live<T>> {
    const { fieldManager, isMine = () => false } = options;
    const key = keyOf(object.metadata);
    const path = collectionPath(resource, object.metadata.namespace, { fieldManager });
    try {
      const body = await this.#caller.send(callOf('create', resource, key), {
        method: 'POST',
        path,
        body: JSON.stringify(object),
      });
      return answered(resource, body);
    } catch (error) {
      if (!mayBeDone(error)) throw error;
      return await this.#created(resource, key, { isMine, error });
    }
  }

  async patch<T extends KubeObject>(resource: Resource<T>, key: Key, patch: Patch): Promise<Live<T>> {
    const { subresource, fieldManager, force } = patch;
    const path = objectPath(resource, key, { subresource, query: { fieldManager, force } });
    const request: Request = {
      method: 'PATCH',
      path,
      contentType: CONTENT_TYPES[patch.type],
      body: JSON.stringify(patch.body),
    };
    return answered(resource, await this.#caller.send(callOf('patch', resource, key, subresource), request));
  }

  /** Asks for deletion. Returns what remains (finalizers, a grace period), or undefined if the object is gone. */
  async delete<T extends KubeObject>(
    resource: Resource<T>,
    key: Key,
    options: DeleteOptions = {},
  ): Promise<Live<T> | undefined> {
    const { uid, resourceVersion, propagationPolicy } = options;
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      preconditions: { uid, resourceVersion },
    });
    const request: Request = { method: 'DELETE', path: objectPath(resource, key), body };
    const object = objectOf(resource, jsonOf(await this.#caller.send(callOf('delete', resource, key), request)));
    // Of some kinds the server returns the last state of what is gone; only what waits for its end has a timestamp.
    return object?.metadata.deletionTimestamp === undefined ? undefined : object;
  }

  /** Any JSON that the server has to read, such as discovery. `path` must not contain anything that users wrote. */
  async raw(path: string): Promise<unknown> {
    return jsonOf(await this.#caller.send({ verb: 'get', resource: path }, { method: 'GET', path }));
  }

  /** Opens a watch. The caller closes it. */
  async watch(resource: Resource, { namespace, query, signal }: WatchOptions): Promise<Watch> {
    const path = collectionPath(resource, namespace, { ...query, watch: true });
    const stream = await this.#caller.open(callOf('watch', resource), { method: 'GET', path, signal });
    const { clock, idleMs } = this.#options;
    return {
      chunks: untilIdle(stream, clock, idleMs),
      close: () => {
        stream.close();
      },
    };
  }

  /** The object that a create made whose answer was lost. @throws the error of that create, if it made none */
  async #created<T extends KubeObject>(
    resource: Resource<T>,
    key: Key,
    lost: { isMine: (object: Live<T>) => boolean; error: unknown },
  ): Promise<Live<T>> {
    const found = await this.get(resource, key).catch((error: unknown) => {
      // Absent, or still no answer: either way the create has failed, and trying it again does no harm.
      if (isNotFound(error) || error instanceof ConnectionError) return undefined;
      throw error;
    });
    if (!found) throw lost.error;
    if (lost.isMine(found)) return found;
    throw new ApiError({
      call: callOf('create', resource, key),
      status: 409,
      reason: 'AlreadyExists',
      details: { causes: [] },
    });
  }
}

function callOf(verb: string, resource: Resource, key?: string, subresource?: string): Call {
  const name = resourceName(resource);
  return { verb, resource: subresource === undefined ? name : `${name}/${subresource}`, key };
}

/** Whether the server may have carried the request out although it did not say so. 429 and 503 come before that. */
function mayBeDone(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  // Who was stopped by an obstacle did nothing: the obstacle said so.
  return error instanceof ApiError && error.details.obstacle === undefined && [500, 502, 504].includes(error.status);
}

function answered<T extends KubeObject>(resource: Resource<T>, body: string): Live<T> {
  const object = objectOf(resource, jsonOf(body));
  if (!object) throw notKubernetes();
  return object;
}

function pageOf(body: string): Page {
  const list = jsonOf(body);
  const resourceVersion = versionOf(list);
  if (typeof list !== 'object' || list === null || !('items' in list) || resourceVersion === undefined)
    throw notKubernetes();
  const token = metadataOf(list)?.['continue'];
  return {
    // A list without items is sent as null.
    items: Array.isArray(list.items) ? (list.items as unknown[]) : [],
    resourceVersion,
    continue: typeof token === 'string' && token !== '' ? token : undefined,
    size: body.length,
  };
}
