/**
 * Carries actions out: the only place from which the cluster is written to. The answer goes into the store before the
 * next turn looks. Source for the traps of server-side apply: docs/decisions/0006-server-side-apply.md.
 */
import { FIELD_MANAGER, type Key, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import type { Action, Cluster, Operation, OwnAction, Target } from '../runtime/action.ts';
import { type Log, objectFields } from '../runtime/log.ts';
import { ownerUidOf } from '../runtime/ownership.ts';
import type { Ancestry } from './ancestry.ts';
import type { Client } from './client.ts';
import type { Errands } from './errands.ts';
import { isAlreadyExists, isConflict } from './errors.ts';
import type { Inquiries } from './inquiries.ts';
import { keepOf } from './keep.ts';
import { NamespaceSurvey } from './namespace-survey.ts';
import { ABSENT } from './resource-version.ts';
import type { Stores } from './stores.ts';
import { translated } from './translate.ts';

export interface PerformerOptions {
  readonly client: Client;
  readonly stores: Stores;
  readonly errands: Errands;
  readonly inquiries: Inquiries;
  readonly ancestry: Ancestry;
  readonly log: Log;
}

export class Performer implements Cluster {
  readonly #client: Client;
  readonly #stores: Stores;
  readonly #errands: Errands;
  readonly #inquiries: Inquiries;
  readonly #ancestry: Ancestry;
  readonly #survey: NamespaceSurvey;
  readonly #log: Log;

  constructor({ client, stores, errands, inquiries, ancestry, log }: PerformerOptions) {
    this.#client = client;
    this.#inquiries = inquiries;
    this.#ancestry = ancestry;
    this.#errands = errands;
    this.#stores = stores;
    this.#survey = new NamespaceSurvey(client);
    this.#log = log;
  }

  async perform(action: Action): Promise<boolean> {
    if (action.verb === 'errand') return await this.#errands.perform(action.errand);
    if (action.verb === 'inquire') {
      await this.#inquiries.ask(action.about, action.owner);
      return false;
    }
    if (action.verb === 'trace') {
      await this.#ancestry.trace(action.link);
      return false;
    }
    try {
      await this.#carryOut(action);
      const { verb, resource } = action;
      this.#log.debug('performed', { verb, resource: resourceName(resource), ...objectFields(keyFor(action)) });
      return true;
    } catch (error) {
      throw translated(error, action);
    }
  }

  async #carryOut(action: OwnAction): Promise<void> {
    switch (action.verb) {
      case 'create':
        return await this.#create(action.resource, action.object);
      case 'createByApply':
        return await this.#createByApply(action.resource, action.object);
      case 'apply':
        return await this.#apply(action);
      case 'merge':
        return await this.#merge(action);
      case 'join':
        return await this.#join(action);
      case 'giveUp':
      case 'release':
        return await this.#edit(action);
      case 'delete':
        return await this.#delete(action);
    }
  }

  async #create(resource: Resource, object: KubeObject): Promise<void> {
    const isMine = (found: Live<KubeObject>) =>
      ownerUidOf(found) === ownerUidOf(object) && ownerUidOf(object) !== undefined;
    await this.#orLook(resource, object, () =>
      this.#client.create(resource, object, { fieldManager: FIELD_MANAGER, isMine }),
    );
  }

  async #createByApply(resource: Resource, object: KubeObject): Promise<void> {
    const body = { ...object, metadata: { ...object.metadata, resourceVersion: ABSENT } };
    const patch = { type: 'apply', body, fieldManager: FIELD_MANAGER, force: true } as const;
    await this.#orLook(resource, object, () => this.#client.patch(resource, keyOf(object.metadata), patch));
  }

  /** Someone was faster, or the view was behind: what is there goes into the view, and the next turn judges it. */
  async #orLook(resource: Resource, object: KubeObject, create: () => Promise<Live<KubeObject>>): Promise<void> {
    try {
      this.#observe(resource, await create());
    } catch (error) {
      // The create-only apply answers with a conflict of versions where a POST says that the name is taken.
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
      this.#observe(resource, await this.#client.get(resource, keyOf(object.metadata)));
    }
  }

  async #apply({ resource, object, target, force }: Action & { verb: 'apply' }): Promise<void> {
    const patch = { type: 'apply', body: guarded(object, target), fieldManager: FIELD_MANAGER, force } as const;
    this.#observe(resource, await this.#client.patch(resource, target.key, patch));
  }

  async #merge({ resource, target, patch, subresource }: Action & { verb: 'merge' }): Promise<void> {
    const live = await this.#client.patch(resource, target.key, {
      type: 'merge',
      body: guarded(patch, target),
      fieldManager: FIELD_MANAGER,
      ...(subresource !== undefined && { subresource }),
    });
    this.#observe(resource, live);
  }

  /** Without force, and to this very version: whoever was faster is not written over. */
  async #join({ resource, object, target }: Action & { verb: 'join' }): Promise<void> {
    const patch = { type: 'apply', body: guarded(object, target), fieldManager: FIELD_MANAGER, force: false } as const;
    this.#observe(resource, await this.#client.patch(resource, target.key, patch));
  }

  async #edit({ resource, target, operations }: Action & { verb: 'giveUp' | 'release' }): Promise<void> {
    const body = [...guards(target), ...operations];
    this.#observe(
      resource,
      await this.#client.patch(resource, target.key, { type: 'json', body, fieldManager: FIELD_MANAGER }),
    );
  }

  async #delete({ resource, target, onlyIfEmpty }: Action & { verb: 'delete' }): Promise<void> {
    if (onlyIfEmpty === true) await this.#survey.mustBeEmpty(target.key);
    const { uid, resourceVersion } = target;
    const remains = await this.#client.delete(resource, target.key, {
      uid,
      resourceVersion,
      propagationPolicy: 'Background',
    });
    if (remains === undefined) this.#stores.of(resource).observeGone(target.key, uid);
    else this.#observe(resource, remains);
  }

  #observe(resource: Resource, live: Live<KubeObject>): void {
    this.#stores.of(resource).observe(keepOf(resource)(live));
  }
}

function keyFor(action: OwnAction): Key {
  return 'target' in action ? action.target.key : keyOf(action.object.metadata);
}

/**
 * What is sent holds for the very version that it was decided on: also when it arrives late, and another copy of the
 * operator has written since.
 */
function guarded(body: object, { uid, resourceVersion }: Target): object {
  const { metadata } = body as { metadata?: object };
  return { ...body, metadata: { ...metadata, uid, resourceVersion } };
}

/** A JSON patch answers a stale version with an unclear 422 where it is tested, and with 409 where it is replaced. */
function guards({ uid, resourceVersion }: Target): Operation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}
