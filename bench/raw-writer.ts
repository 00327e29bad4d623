/**
 * The raw writer: a bare loop that does only the necessary writes, over kept connections. What it reaches is the limit of
 * the API server on this machine, at this moment.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { parse } from 'yaml';

/** As many writes in flight as the operator allows itself. */
const IN_FLIGHT = 64;
/** By its user agent the audit log knows it. */
export const RAW_AGENT = 'raw-writer/1';

/** One mirror: what is posted, and the status that is patched in afterwards. */
export interface Mirror {
  readonly collection: string;
  readonly name: string;
  readonly body: object;
  readonly status: object;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

interface Page<T> {
  items: T[];
  metadata: { continue?: string; remainingItemCount?: number };
}

export class RawWriter {
  readonly #pool: Pool;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (cluster === undefined || user === undefined) throw new Error('The kubeconfig names no cluster or no user.');
    const decoded = (text: string) => Buffer.from(text, 'base64');
    this.#pool = new Pool(cluster.server, {
      connections: IN_FLIGHT,
      // As the operator does: over HTTP/2 the same writes took twice as long.
      allowH2: false,
      connect: {
        ca: decoded(cluster['certificate-authority-data']),
        cert: decoded(user['client-certificate-data']),
        key: decoded(user['client-key-data']),
      },
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Writes all mirrors, each by one POST and one status PATCH. */
  async write(mirrors: readonly Mirror[]): Promise<void> {
    const queue = mirrors.values();
    const worker = async () => {
      for (const mirror of queue) await this.writeOne(mirror);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  }

  async writeOne({ collection, name, body, status }: Mirror): Promise<void> {
    await this.#send('POST', collection, 'application/json', body);
    await this.patch(`${collection}/${name}/status`, { status });
  }

  /** Changes an object, or with a path that ends in /status, its status. */
  async patch(path: string, patch: object): Promise<void> {
    await this.#send('PATCH', path, 'application/merge-patch+json', patch);
  }

  /** Everything in a collection, read page by page. */
  async *list<T>(path: string): AsyncIterable<T> {
    let token = '';
    do {
      const page = await this.#page<T>(
        path,
        `limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`,
      );
      yield* page.items;
      token = page.metadata.continue ?? '';
    } while (token !== '');
  }

  /** How many objects a collection has. */
  async count(path: string): Promise<number> {
    const { items, metadata } = await this.#page(path, 'limit=1');
    return items.length + (metadata.remainingItemCount ?? 0);
  }

  async removeAll(collection: string): Promise<void> {
    await this.#send('DELETE', collection, 'application/json', {});
  }

  async #page<T>(path: string, query: string): Promise<Page<T>> {
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path: `${path}?${query}`,
      headers: HEADERS,
    });
    if (statusCode >= 300) {
      await body.dump();
      throw new Error(`GET ${path} was answered with ${statusCode}.`);
    }
    return (await body.json()) as Page<T>;
  }

  async #send(method: 'POST' | 'PATCH' | 'DELETE', path: string, type: string, content: object): Promise<void> {
    const headers = { ...HEADERS, 'content-type': type };
    const { statusCode, body } = await this.#pool.request({ method, path, headers, body: JSON.stringify(content) });
    await body.dump();
    if (statusCode >= 300) throw new Error(`${method} ${path} was answered with ${statusCode}.`);
  }
}

const HEADERS = { 'user-agent': RAW_AGENT };
