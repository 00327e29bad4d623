/** What is known when it is decided about the objects of an XosResourceInstance. */
import { ServiceAccounts } from '../../api/core.ts';
import {
  type XosResourceInstance,
  type XosResourceInstanceStatusResourcesItem,
} from '../../api/generated/xosresourceinstances.ts';
import { type XosPrincipal, XosPrincipals } from '../../api/generated/xosprincipals.ts';
import { keyIn, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import {
  type Account,
  type Errand,
  idOf,
  type ObjectRef,
  type Observation,
  observationsByOwner,
  type Task,
} from '../../runtime/errand.ts';
import type { Contest } from '../../runtime/contests.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import { missing, type Reference, resolve } from '../../shared/references.ts';

/** An object as it stands in status: that it was about to be applied, and, if it was, which one it is. */
export type Entry = XosResourceInstanceStatusResourcesItem;

export interface Situation {
  readonly instance: Live<XosResourceInstance>;
  readonly account: Account;
  /** By the identity of the object. What another account found out does not count. */
  readonly observations: ReadonlyMap<string, Observation>;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** How it stands with one object, and what to do about it. */
export interface Standing {
  readonly ref: ObjectRef;
  readonly uid?: string | undefined;
  readonly state: Entry['state'];
  /** One of the reasons in api.md; left out when all is well. */
  readonly reason?: string;
  readonly message?: string;
  /** Paths that differ, and are only reported. */
  readonly drift?: readonly string[];
  /** Somebody undoes what is done again and again. */
  readonly contest?: Contest;
  readonly task?: Task;
  /** It has to stand in status before anything is done. */
  readonly unrecorded?: true;
}

/** As whom to act; or the sentence that says what is missing. */
export type Acting = { readonly account: Account } | { readonly problem: string };

export function actingFor(instance: Live<XosResourceInstance>, view: View): Acting {
  const reference = principalOf(instance);
  const principal = resolve(instance, reference, view);
  if (principal === undefined) return { problem: missing(instance, [reference], view) ?? '' };
  const account = { namespace: instance.metadata.namespace ?? '', name: resourceNameOf(principal) };
  if (view.get(ServiceAccounts, keyIn(account.namespace, account.name)) !== undefined) return { account };
  return {
    problem: `ServiceAccount ${account.name} does not exist yet: XosPrincipal ${principal.metadata.name} makes it.`,
  };
}

/**
 * As whom to delete. If the principal went first, as where everything is deleted at once, it is still the account of its name:
 * that is the one which whoever deletes has to be allowed to act as (config/policy).
 */
export function removingFor(instance: Live<XosResourceInstance>, view: View): Acting {
  const { metadata, spec } = instance;
  const isThere = resolve(instance, principalOf(instance), view) !== undefined;
  return isThere
    ? actingFor(instance, view)
    : { account: { namespace: metadata.namespace ?? '', name: spec.principalRef.name } };
}

function principalOf({ spec }: Live<XosResourceInstance>): Reference<XosPrincipal> {
  return { field: 'principalRef', to: XosPrincipals, ref: spec.principalRef };
}

export function situationOf(instance: Live<XosResourceInstance>, account: Account, view: View): Situation {
  const seen = view.by(observationsByOwner, instance.metadata.uid);
  const valid = seen.filter(({ as }) => as.namespace === account.namespace && as.name === account.name);
  const entries = instance.status?.resources ?? [];
  return {
    instance,
    account,
    observations: new Map(valid.map((observation) => [idOf(observation.about), observation])),
    entries: new Map(entries.map((entry) => [idOf(refOf(entry, instance)), entry])),
  };
}

export function refOf({ apiVersion, kind, namespace, name }: Entry, instance: Live<XosResourceInstance>): ObjectRef {
  return { apiVersion, kind, namespace: namespace ?? instance.metadata.namespace ?? '', name };
}

export function entryOf({ ref, uid, state, message }: Standing, instance: Live<XosResourceInstance>): Entry {
  const { apiVersion, kind, namespace, name } = ref;
  return {
    apiVersion,
    kind,
    ...(namespace !== instance.metadata.namespace && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
    state,
    ...(message !== undefined && { message: clip(message) }),
  };
}

export function errandFor(about: ObjectRef, task: Task, { instance, account }: Situation): Errand {
  return { as: account, owner: { key: keyOf(instance.metadata), uid: instance.metadata.uid }, about, task };
}

const MAX_MESSAGE = 512;

function clip(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}
