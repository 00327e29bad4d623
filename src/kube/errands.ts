/**
 * Runs errands: does things as a ServiceAccount, to objects of any kind. A refusal is no failure of ours: it is learned,
 * as everything that is found out, and whoever asked decides what to make of it.
 */
import { FIELD_MANAGER, type Key, keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Errand, Observation, Task } from '../runtime/errand.ts';
import { RetryableError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { Pace } from '../runtime/pace.ts';
import { hashOfObject, settledOf } from '../runtime/settled.ts';
import type { Client, Patch } from './client.ts';
import { type Connection, ConnectionError } from './connection.ts';
import { hasFieldConflict, isAlreadyExists, isConflict, isMissingPath, isNotFound } from './errors.ts';
import { Impersonation } from './impersonation.ts';
import { KindRegistry } from './kind-registry.ts';
import { factOf, Observed } from './observed.ts';
import { ABSENT } from './resource-version.ts';
import { refusalOf } from './refusals.ts';
import type { Store } from './store.ts';

export interface ErrandsOptions {
  readonly connection: Connection;
  /** Asks in the operator's own name, which kinds there are. */
  readonly client: Client;
  readonly store: Store<Observation>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Ends all watches when the operator stops. */
  readonly signal: AbortSignal;
}

/** An errand whose kind is known. */
interface Known {
  readonly errand: Errand;
  readonly resource: Resource;
  readonly key: Key;
  readonly client: Client;
}

export class Errands {
  readonly #impersonation: Impersonation;
  readonly #kinds: KindRegistry;
  readonly #observed: Observed;
  readonly #pace: Pace;

  constructor({ connection, client, ...options }: ErrandsOptions) {
    this.#impersonation = new Impersonation(connection, options);
    this.#kinds = new KindRegistry(client);
    this.#observed = new Observed({ ...options, impersonation: this.#impersonation });
    this.#pace = new Pace(options.clock);
  }

  /** An object is gone: what it asked for interests nobody any more. */
  forget(uid: string): void {
    this.#observed.forgetAll(uid);
  }

  /** Nothing happens by itself from now on. */
  close(): void {
    this.#observed.close();
  }

  /** Whether the cluster was changed. @throws RetryableError if the API server gave no answer */
  async perform(errand: Errand): Promise<boolean> {
    if (errand.task.do === 'forget') {
      this.#observed.forget(errand);
      return false;
    }
    if (this.#hasToWait(errand)) return false;
    let resource: Resource | undefined;
    try {
      resource = await this.#kinds.resolve(errand.about.apiVersion, errand.about.kind);
      if (resource !== undefined) return await this.#carryOut(this.#known(errand, resource));
      this.#observed.learn(errand, undefined, { fact: { state: 'Unserved' } });
    } catch (error) {
      this.#refused(errand, resource, error);
    }
    return false;
  }

  /** What is made or put back again and again is so ever more slowly. */
  #hasToWait(errand: Errand): boolean {
    const waitMs = this.#pace.waitFor(paceId(errand));
    if (waitMs > 0) this.#observed.hold(errand, waitMs);
    return waitMs > 0;
  }

  #known(errand: Errand, resource: Resource): Known {
    const { namespace, name } = errand.about;
    const key = keyIn(resource.namespaced ? namespace : undefined, name);
    return { errand, resource, key, client: this.#impersonation.as(errand.as) };
  }

  async #carryOut(known: Known): Promise<boolean> {
    const { task } = known.errand;
    switch (task.do) {
      case 'create':
        return await this.#create(known, task);
      case 'apply':
        return await this.#apply(known, task);
      case 'delete':
        return await this.#delete(known, task);
      default:
        return await this.#look(known);
    }
  }

  /** Takes a look. It changes nothing. */
  async #look({ errand, resource, key, client }: Known): Promise<false> {
    // What was applied last is still worth knowing.
    const { settled } = this.#observed.get(errand) ?? {};
    try {
      const live = await client.get(resource, key);
      this.#observed.learn(errand, resource, { fact: factOf(resource, live), settled });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (isMissingPath(error)) this.#kinds.forget(errand.about.apiVersion);
      this.#observed.learn(errand, resource, { fact: { state: isMissingPath(error) ? 'Unserved' : 'Absent' } });
    }
    return false;
  }

  async #create(known: Known, { object }: Task & { do: 'create' }): Promise<boolean> {
    const body = bodyOf(known, object, { resourceVersion: ABSENT });
    return await this.#orLook(known, object, isTaken, () => this.#patch(known, body, true));
  }

  async #apply(known: Known, { object, uid, resourceVersion, force }: Task & { do: 'apply' }): Promise<boolean> {
    const body = bodyOf(known, object, { uid, resourceVersion });
    return await this.#orLook(known, object, isStale, () => this.#patch(known, body, force));
  }

  async #delete(known: Known, { uid, resourceVersion }: Task & { do: 'delete' }): Promise<boolean> {
    const { errand, resource, key, client } = known;
    try {
      const remains = await client.delete(resource, key, { uid, resourceVersion, propagationPolicy: 'Background' });
      const fact = remains === undefined ? ({ state: 'Absent' } as const) : factOf(resource, remains);
      this.#observed.learn(errand, resource, { fact });
      return true;
    } catch (error) {
      if (!isStale(error)) throw error;
      return await this.#look(known);
    }
  }

  async #patch({ resource, key, client }: Known, body: KubeObject, force: boolean): Promise<Live<KubeObject>> {
    const patch: Patch = { type: 'apply', body, fieldManager: FIELD_MANAGER, force };
    return await client.patch(resource, key, patch);
  }

  /** What was decided on something else than is there changes nothing: what is there is learned instead. */
  async #orLook(
    known: Known,
    object: KubeObject,
    isBehind: (error: unknown) => boolean,
    write: () => Promise<Live<KubeObject>>,
  ): Promise<boolean> {
    const { errand, resource } = known;
    try {
      const fact = factOf(resource, await write());
      if (isAgain(errand, this.#observed.get(errand))) this.#pace.made(paceId(errand));
      const settled = fact.state === 'Live' ? settledOf(object, fact.object) : undefined;
      this.#observed.learn(errand, resource, { fact, settled });
      return true;
    } catch (error) {
      if (!isBehind(error)) throw error;
      return await this.#look(known);
    }
  }

  #refused(errand: Errand, resource: Resource | undefined, error: unknown): void {
    const before = this.#observed.get(errand);
    if (error instanceof ConnectionError) {
      // A write may have been carried out all the same.
      if (before !== undefined) this.#observed.doubt(errand);
      throw new RetryableError(error.message);
    }
    const refusal = refusalOf(error, errand, resource);
    const { fact, settled } = before ?? {};
    this.#observed.learn(errand, resource, { refusal, fact, settled });
  }
}

/** The object as it is sent: with its namespace where its kind has one, and what the server has to check. */
function bodyOf({ resource, errand }: Known, object: KubeObject, guard: object): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  const place = resource.namespaced ? { namespace: errand.about.namespace } : {};
  return { ...object, metadata: { ...metadata, ...place, ...guard } };
}

/** The create-only apply answers with a conflict of versions where a POST says that the name is taken. Or the kind is gone. */
function isTaken(error: unknown): boolean {
  return isAlreadyExists(error) || isConflict(error) || isMissingPath(error);
}

function isStale(error: unknown): boolean {
  return isNotFound(error) || (isConflict(error) && !hasFieldConflict(error));
}

/** Making something counts each time; changing it, when it is put back to what was applied before. */
function isAgain({ task }: Errand, before: Observation | undefined): boolean {
  return task.do === 'create' || (task.do === 'apply' && before?.settled?.desired === hashOfObject(task.object));
}

function paceId({ owner, about, task }: Errand): string {
  const hash = 'object' in task ? hashOfObject(task.object) : '';
  return `${owner.uid} ${about.kind} ${about.namespace}/${about.name} ${task.do} ${hash}`;
}
