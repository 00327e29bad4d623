/** Who the pods of a slice run as: its principal's ServiceAccount, or the namespace's default. */
import { ServiceAccounts } from '../api/core.ts';
import { XosPrincipals } from '../api/generated/xosprincipals.ts';
import type { XosSlice } from '../api/generated/xosslices.ts';
import { keyIn, keyOf } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { resourceNameOf } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { principalsByAccount, slicesByDefaultAccount, slicesByPrincipal } from './indexes.ts';
import { resolve } from './references.ts';

export type Account =
  /** `name` is left out for the default account: the field is then left to Kubernetes. */
  { readonly exists: true; readonly name?: string } | { readonly exists: false; readonly message: string };

/**
 * The account for the pods of `slice`, asked for by `from`, an object of the same namespace. A pod whose account does
 * not exist is refused by Kubernetes, so it is waited for.
 */
export function accountOf(from: KubeObject, slice: XosSlice, view: View): Account {
  const { principalRef } = slice.spec;
  const principal = resolve(from, { field: 'principalRef', to: XosPrincipals, ref: principalRef }, view);
  if (principalRef !== undefined && principal === undefined) {
    return {
      exists: false,
      message: `XosSlice ${slice.metadata.name} names XosPrincipal ${principalRef.name}, which does not exist: create it, or correct spec.principalRef.`,
    };
  }
  const name = principal === undefined ? 'default' : resourceNameOf(principal);
  if (view.get(ServiceAccounts, keyIn(from.metadata.namespace, name)) === undefined) {
    return {
      exists: false,
      message: `ServiceAccount ${name} does not exist yet${principal === undefined ? '' : `: XosPrincipal ${principal.metadata.name} makes it`}.`,
    };
  }
  return principal === undefined ? { exists: true } : { exists: true, name };
}

/** What {@link slicesOfAccount} queries: for the sources that call it. */
export const accountIndexes: readonly Index[] = [principalsByAccount, slicesByPrincipal, slicesByDefaultAccount];

/** The slices whose pods run as an account: through their principal, or because they name none. */
export function slicesOfAccount(account: KubeObject, view: View): readonly Live<XosSlice>[] {
  const key = keyOf(account.metadata);
  const principals = view.by(principalsByAccount, key);
  const named = principals.flatMap((principal) => view.by(slicesByPrincipal, keyOf(principal.metadata)));
  return [...named, ...view.by(slicesByDefaultAccount, key)];
}
