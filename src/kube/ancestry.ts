/**
 * Finds out what stands above the controllers of kinds that nobody watches, as far as rights and discovery allow: one
 * request for the metadata of one object, and none again before long, however many pods ask.
 */
import type { KubeObject } from '../api/object.ts';
import { keyIn } from '../api/meta.ts';
import { pickMeta } from '../api/meta-kept.ts';
import { type Ancestor, Ancestors, type Link, means } from '../runtime/ancestor.ts';
import type { Clock } from '../runtime/clock.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Client } from './client.ts';
import { ApiError, isForbidden, isNotFound } from './errors.ts';
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
      this.#learn(link, await this.#find(link));
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

  /** What the answer is: undefined if the object cannot be had; after an error that passes, what was known. */
  async #find(link: Link): Promise<KubeObject | undefined> {
    try {
      return await this.#read(link);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof TerminalError)) throw error;
      const { owner, namespace } = link;
      this.#options.log.debug('an owner cannot be read', { kind: owner.kind, namespace, name: owner.name });
      const isAnswer = error instanceof TerminalError || isForbidden(error) || isNotFound(error);
      return isAnswer ? undefined : this.#options.store.get(owner.uid)?.found;
    }
  }

  /** The metadata of the object that the reference means; undefined if there is none. @throws ApiError, TerminalError, ConnectionError */
  async #read({ owner: { apiVersion, kind, name, uid }, namespace }: Link): Promise<KubeObject | undefined> {
    const resource = await this.#kinds.resolve(apiVersion, kind);
    if (resource === undefined) return undefined;
    const key = resource.namespaced ? keyIn(namespace, name) : name;
    const { metadata } = await this.#options.client.metadata(resource, key);
    return metadata.uid === uid ? { apiVersion, kind, metadata: pickMeta(metadata) } : undefined;
  }

  /** What is known already is no news: it would wake everybody below for nothing. That there is nothing for a wrong reference is none either. */
  #learn(link: Link, found: KubeObject | undefined): void {
    const { store } = this.#options;
    const { uid } = link.owner;
    const known = store.get(uid);
    if (found === undefined && known?.found !== undefined && !means(link, known.found)) return;
    if (known !== undefined && known.found?.metadata.resourceVersion === found?.metadata.resourceVersion) return;
    this.#version += 1;
    const metadata = { name: uid, uid, resourceVersion: String(this.#version) };
    store.observe({ apiVersion: Ancestors.version, kind: Ancestors.kind, metadata, found });
  }
}
