/**
 * Errands: what is done to objects of any kind, named by users, as one of their ServiceAccounts. What such objects are
 * like is not watched from the start as our own kinds are; what became of each errand, a refusal too, is an Observation,
 * which stands in the view like any object and wakes whom it concerns.
 */
import type { Key } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Index } from './view.ts';

/** A ServiceAccount. Its rights are all that an errand has. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** An object as a document names it, before anybody knows whether its kind is served and has namespaces. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where it lives if its kind has namespaces; of no meaning otherwise. */
  readonly namespace: string;
  readonly name: string;
}

export type Task =
  /** Looks at the object. */
  | { readonly do: 'observe' }
  /** Creates it, and never touches what is there. */
  | { readonly do: 'create'; readonly object: KubeObject }
  /** Server-side apply to exactly this version of this object. Without `force`, another writer's field is a conflict. */
  | {
      readonly do: 'apply';
      readonly object: KubeObject;
      readonly uid: string;
      readonly resourceVersion: string;
      readonly force: boolean;
    }
  /** Deletes exactly this version of this object. */
  | { readonly do: 'delete'; readonly uid: string; readonly resourceVersion: string }
  /** Nobody asks for the object any more. */
  | { readonly do: 'forget' };

export interface Errand {
  readonly as: Account;
  /** The custom resource that asks. */
  readonly owner: { readonly key: Key; readonly uid: string };
  readonly about: ObjectRef;
  readonly task: Task;
}

/** What is known of an object. */
export type Fact =
  | { readonly state: 'Live'; readonly object: Live<KubeObject>; readonly namespaced: boolean }
  | { readonly state: 'Absent' }
  /** The cluster serves no such kind. */
  | { readonly state: 'Unserved' };

/** Why an errand was not carried out. It is tried again when this is taken back. */
export interface Refusal {
  readonly task: Task['do'];
  /** Of the desired object that was refused, so that another one is tried at once. */
  readonly hash: string | undefined;
  /** One of the reasons in api.md. */
  readonly reason: string;
  /** A full sentence that says what to do, without a value of the object. */
  readonly message: string;
}

/** What became of the errands about one object. It lives in memory, and is made anew after a restart. */
export interface Observation extends KubeObject {
  readonly owner: Errand['owner'];
  readonly about: ObjectRef;
  readonly as: Account;
  /** Left out: not known. */
  readonly fact?: Fact | undefined;
  /** The fact may have changed since. */
  readonly stale?: true | undefined;
  readonly refusal?: Refusal | undefined;
  /** What was asked was done several times just now, to no lasting effect: it waits until this is taken back. */
  readonly held?: true | undefined;
  /** Hash of the object that was applied last, and of our entry in managedFields afterwards: while both stay, all is well. */
  readonly settled?: { readonly desired: string; readonly fields: string } | undefined;
}

export const Observations: Resource<Observation> = {
  group: '',
  version: 'v1',
  kind: 'Observation',
  plural: 'observations',
  namespaced: true,
  inMemory: true,
};

/** The observations by the UID of the custom resource that asked. */
export const observationsByOwner: Index<Observation> = {
  name: 'observations by owner',
  resource: Observations,
  keys: ({ owner }) => [owner.uid],
};

/** Identity of an object for one who applies it: it stays when another version of its API is used. */
export function idOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind} ${namespace}/${name}`;
}
