/** ServiceAccounts that try something, as a dry run: admission judges it, and nothing changes. */
import { collectionPath, objectPath } from '../../src/kube/path.ts';
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { Resource } from '../../src/api/resource.ts';
import type { Connection, Request } from '../../src/kube/connection.ts';

const DRY = { dryRun: 'All' };

/** Each attempt gives what the API server said against it, or an empty text if it was allowed. */
export class DryUser {
  readonly #connection: Connection;
  readonly #as: string;

  constructor(connection: Connection, namespace: string, name: string) {
    this.#connection = connection;
    this.#as = `system:serviceaccount:${namespace}:${name}`;
  }

  async list(resource: Resource, namespace?: string): Promise<string> {
    return await this.#send({ method: 'GET', path: collectionPath(resource, namespace, { limit: 1 }) });
  }

  async create(resource: Resource, object: KubeObject): Promise<string> {
    const path = collectionPath(resource, object.metadata.namespace, DRY);
    return await this.#send({ method: 'POST', path, body: JSON.stringify(object) });
  }

  async patch(resource: Resource, object: KubeObject, body: JsonObject, subresource?: string): Promise<string> {
    const path = objectPath(resource, keyOf(object.metadata), { subresource, query: DRY });
    const contentType = 'application/merge-patch+json';
    return await this.#send({ method: 'PATCH', path, body: JSON.stringify(body), contentType });
  }

  async delete(resource: Resource, object: KubeObject): Promise<string> {
    const path = objectPath(resource, keyOf(object.metadata));
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] };
    return await this.#send({ method: 'DELETE', path, body: JSON.stringify(options) });
  }

  /** All that there is of it in this namespace, in one request. */
  async deleteAll(resource: Resource, namespace: string | undefined): Promise<string> {
    const path = collectionPath(resource, namespace);
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] };
    return await this.#send({ method: 'DELETE', path, body: JSON.stringify(options) });
  }

  async #send(request: Omit<Request, 'as'>) {
    const { status, body } = await this.#connection.send({ ...request, as: this.#as });
    return status < 300 ? '' : ((JSON.parse(body) as { message?: string }).message ?? `refused with ${status}`);
  }
}
