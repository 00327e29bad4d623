/** The service account of a foreign pod becomes an XosPrincipal. It comes with the first pod and goes with the account. */
import { type Pod, Pods, ServiceAccounts } from '../api/core.ts';
import { XosPrincipals } from '../api/generated/xosprincipals.ts';
import { keyIn, keyOf, partsOf } from '../api/meta.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Source } from '../runtime/kind.ts';
import type { Index } from '../runtime/view.ts';
import { resourceRef } from '../shared/resource-ref.ts';
import { provenanceOf } from './provenance.ts';
import { identityChanged, referenceTo } from './identity.ts';
import { isBrought } from './brought.ts';
import { decideMirrors, isLeftOver, mirror, mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';
import { belongingChanged, scopeOf } from './scope.ts';
import { isTaken, keysOf, mirrors, namespaces, originalsOf, settings, controllers } from './sources.ts';

const podsByAccount: Index<Pod> = { name: 'pods by service account', resource: Pods, keys: accountsOf };
const accountsByNamespace: Index = {
  name: 'service accounts by namespace',
  resource: ServiceAccounts,
  keys: ({ metadata }) => [metadata.namespace ?? ''],
};

export const adoptedPrincipals: Controller = {
  name: 'adoption/serviceaccounts',
  sources: [
    pods(),
    {
      resource: ServiceAccounts,
      indexes: [accountsByNamespace],
      matters: identityChanged,
      wakes: (account) => [keyOf(account.metadata)],
    },
    mirrors(XosPrincipals),
    ...controllers(accountsOf),
    settings((view) => [...keysOf(view.all(ServiceAccounts)), ...originalsOf(view.all(XosPrincipals))]),
    namespaces((namespace, view) => keysOf(view.each(accountsByNamespace, namespace))),
  ],

  decide(key, view) {
    if (scopeOf(view).state === 'Frozen') return undefined;
    const existing = mirrorsOf(XosPrincipals, key, view);
    const account = view.get(ServiceAccounts, key);
    const namespace = partsOf(key).namespace ?? '';
    const bringing = view.each(podsByAccount, key);
    const isWanted =
      !isLeftOver(account, XosPrincipals, view) &&
      isBrought({ resource: XosPrincipals, key, namespace, existing, bringing }, view);
    if (account === undefined || !isWanted) {
      return decideMirrors(
        { resource: XosPrincipals, wanted: undefined, existing, alive: account !== undefined, owns: [ServiceAccounts] },
        view,
      );
    }
    const { name } = account.metadata;
    const wanted = mirror({
      resource: XosPrincipals,
      name: nameOfMirror(existing, () =>
        mirrorName(name, `serviceaccount ${name}`, (candidate) =>
          isTaken(XosPrincipals, keyIn(namespace, candidate), name, view),
        ),
      ),
      namespace,
      owner: referenceTo(ServiceAccounts, account),
      spec: { resourceName: name },
      status: { resourceRef: resourceRef(account), provenance: provenanceOf(account, view) },
      what: `ServiceAccount ${name}`,
    });
    return decideMirrors({ resource: XosPrincipals, wanted, existing, alive: true, owns: [ServiceAccounts] }, view);
  },
};

function accountsOf({ metadata, spec }: Pod): string[] {
  return spec.serviceAccountName === undefined ? [] : [keyIn(metadata.namespace, spec.serviceAccountName)];
}

function pods(): Source {
  const source: Source<Pod> = {
    resource: Pods,
    indexes: [podsByAccount],
    matters: belongingChanged,
    wakes: accountsOf,
  };
  return source;
}
