/**
 * Finds out what stands above the controllers of kinds that nobody watches, as far as rights and discovery allow: one
 * request for the metadata of one object, and none again before long, however many pods ask.
 */
import type { KubeObject } from '../api/object.ts';
import { keyIn } from '../api/meta.ts';
import { pickMeta } from '../api/meta-kept.ts';
import { type Ancestor, Ancestors, type Link } from '../runtime/ancestor.ts';
import type { Clock } from '../runtime/clock.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Client } from './client.ts';
import { ApiError } from './errors.ts';
import { KindRegistry } from './kind-registry.ts';
import type { Store } from './store.ts';

/** Owners seldom change, and rights that were missing may be given. Who is not looked at is not asked for at all. */
const FRESH_MS = 600_000;
/** So many are remembered; the one that was asked for first is forgotten first. */
const MOST = 20_000;

export interface AncestryOptions {
  readonly client: Client;
  readonly store: Store<Ancestor>;
  readonly clock: Clock;
  readonly log: Log;
}

export class Ancestry {
  readonly #options: AncestryOptions;
  readonly #kinds: KindRegistry;
  /** When each was asked for, by UID; monotonic milliseconds, the oldest first. */
  readonly #asked = new Map<string, number>();
  #version = 0;

  constructor(options: AncestryOptions) {
    this.#options = options;
    this.#kinds = new KindRegistry(options.client);
  }

  /** Asks, unless that was done not long ago. @throws ConnectionError */
  async trace(link: Link): Promise<void> {
    const { uid } = link.owner;
    const now = this.#options.clock.monotonic();
    const last = this.#asked.get(uid);
    if (last !== undefined && now - last < FRESH_MS) return;
    this.#remember(uid, now);
    try {
      this.#learn(uid, await this.#find(link));
    } catch (error) {
      this.#asked.delete(uid);
      throw error;
    }
  }

  #remember(uid: string, now: number): void {
    this.#asked.delete(uid);
    this.#asked.set(uid, now);
    if (this.#asked.size <= MOST) return;
    const [[oldest] = []] = this.#asked;
    if (oldest === undefined) return;
    this.#asked.delete(oldest);
    this.#options.store.observeGone(oldest, oldest);
  }

  /** The metadata of the object that the reference means; undefined if it cannot be had. */
  async #find({ owner: { apiVersion, kind, name, uid }, namespace }: Link): Promise<KubeObject | undefined> {
    try {
      const resource = await this.#kinds.resolve(apiVersion, kind);
      if (resource === undefined) return undefined;
      const key = resource.namespaced ? keyIn(namespace, name) : name;
      const object = await this.#options.client.metadata(resource, key);
      return object.metadata.uid === uid ? { apiVersion, kind, metadata: pickMeta(object.metadata) } : undefined;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof TerminalError)) throw error;
      this.#options.log.debug('an owner cannot be read', { kind, namespace, name });
      return undefined;
    }
  }

  /** What is known already is no news: it would wake everybody below for nothing. */
  #learn(uid: string, found: KubeObject | undefined): void {
    const { store } = this.#options;
    const known = store.get(uid);
    if (known !== undefined && known.found?.metadata.resourceVersion === found?.metadata.resourceVersion) return;
    this.#version += 1;
    const metadata = { name: uid, uid, resourceVersion: String(this.#version) };
    store.observe({ apiVersion: Ancestors.version, kind: Ancestors.kind, metadata, found });
  }
}
