/** A principal is who pods run as: a ServiceAccount of the namespace. */
import { ServiceAccounts } from '../../api/core.ts';
import type { XosPrincipal } from '../../api/generated/xosprincipals.ts';
import { XosPrincipals } from '../../api/generated/xosprincipals.ts';
import { keyIn } from '../../api/meta.ts';
import type { Kind } from '../../runtime/kind.ts';
import { progressing, ready } from '../../runtime/outcome.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { saidOf } from '../../shared/taking-over.ts';
import { serviceAccountFor } from './objects.ts';

export const principals: Kind<XosPrincipal> = {
  resource: XosPrincipals,
  owns: [ServiceAccounts],
  reads: [],

  reconcile(principal, view) {
    const object = serviceAccountFor(principal);
    const children = [{ resource: ServiceAccounts, strategy: 'Apply', object, said: saidOf(object) }] as const;
    const account = view.get(ServiceAccounts, keyIn(principal.metadata.namespace, object.metadata.name));
    if (account === undefined)
      return progressing(`ServiceAccount ${object.metadata.name} is being created.`, { children });
    return ready(`ServiceAccount ${object.metadata.name} is as declared.`, {
      children,
      status: { resourceRef: resourceRef(account) },
    });
  },
};
