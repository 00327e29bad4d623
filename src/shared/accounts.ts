/** Who the pods of a slice run as: its principal's ServiceAccount, or the namespace's default. */
import { ServiceAccounts } from '../api/core.ts';
import { XosPrincipals } from '../api/generated/xosprincipals.ts';
import type { XosSlice } from '../api/generated/xosslices.ts';
import { keyIn } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { resourceNameOf } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
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
