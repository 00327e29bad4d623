/** What can be done to the cluster, as data: planned by pure code, performed by kube/perform.ts. */
import { type Key, keyOf } from '../api/meta.ts';
import type { Json, JsonObject, KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Link } from './ancestor.ts';
import type { Errand } from './errand.ts';

/** Identity and version of the object that a change was decided on. */
export interface Target {
  readonly key: Key;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One operation of a JSON patch. Source: RFC 6902. */
export interface Operation {
  readonly op: 'test' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: Json;
}

export type Action =
  /** POST: never touches what is there. */
  | {
      readonly verb: 'create';
      readonly resource: Resource;
      readonly object: KubeObject;
      /** Of the inventory, which has a bound. */
      readonly mirror?: true;
    }
  /** The create-only form of server-side apply: never touches what is there. */
  | { readonly verb: 'createByApply'; readonly resource: Resource; readonly object: KubeObject }
  /** Server-side apply to this very version. Without `force`, another writer's field is a conflict. */
  | {
      readonly verb: 'apply';
      readonly resource: Resource;
      readonly object: KubeObject;
      readonly target: Target;
      readonly force: boolean;
      /** Where the object differs, such as `spec.replicas`. */
      readonly paths: readonly string[];
    }
  /** A JSON merge patch to this very version. */
  | {
      readonly verb: 'merge';
      readonly resource: Resource;
      readonly target: Target;
      readonly patch: JsonObject;
      readonly subresource?: 'status';
    }
  /** Takes fields out of our field-manager entries, so that leaving them out of the next apply does not reset them. */
  | {
      readonly verb: 'giveUp';
      readonly resource: Resource;
      readonly target: Target;
      /** A JSON patch; the guards of UID and version are added. */
      readonly operations: readonly Operation[];
      readonly paths: readonly string[];
    }
  /** Makes an object ours that nobody keeps: an apply of our marks alone, to this very version, never against another writer. */
  | { readonly verb: 'join'; readonly resource: Resource; readonly target: Target; readonly object: KubeObject }
  /** Takes our marks off an object: a JSON patch to this very version. */
  | {
      readonly verb: 'release';
      readonly resource: Resource;
      readonly target: Target;
      readonly operations: readonly Operation[];
    }
  | {
      readonly verb: 'delete';
      readonly resource: Resource;
      readonly target: Target;
      readonly onlyIfEmpty?: boolean;
      /** Why another one takes its place; left out: none does. */
      readonly because?: string;
    }
  /** Asks for what controllers complain of about an object. It changes nothing, and the answer is in the view. */
  | { readonly verb: 'inquire'; readonly resource: Resource; readonly about: Live<KubeObject>; readonly owner: Key }
  /** Asks what stands above a controller of a kind that nobody watches. It changes nothing, and the answer is in the view. */
  | { readonly verb: 'trace'; readonly resource: Resource; readonly link: Link }
  /** Something done as a ServiceAccount. It is never refused: what became of it is in the view. */
  | { readonly verb: 'errand'; readonly resource: Resource; readonly errand: Errand };

/** What the operator does in its own name. */
export type OwnAction = Exclude<Action, Question | { verb: 'errand' }>;

export function isOwn(action: Action): action is OwnAction {
  return action.verb !== 'errand' && !isQuestion(action);
}

/** Asks only: that changes nothing, and an answer that is news wakes whom it concerns. */
export type Question = Extract<Action, { verb: 'inquire' | 'trace' }>;

export function isQuestion(action: Action): action is Question {
  return action.verb === 'inquire' || action.verb === 'trace';
}

/** Carries actions out, and lets the view know the result before it returns. */
export interface Cluster {
  /**
   * Says whether the cluster was changed; anything but `false` means yes.
   * @throws TerminalError if a person has to mend it
   * @throws StaleViewError if the view was behind: the next turn will see
   * @throws RetryableError otherwise
   */
  perform(action: Action): Promise<boolean | void>;
}

/** An object among those of all resources, for maps. */
export function objectId({ group, plural }: Resource, key: Key): string {
  return `${plural}.${group} ${key}`;
}

/** {@link objectId} of what an action of our own is about. */
export function idOf(action: OwnAction): string {
  return objectId(action.resource, 'target' in action ? action.target.key : keyOf(action.object.metadata));
}

export function targetOf(live: Live<KubeObject>, key: Key): Target {
  return { key, uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion };
}
